/** The S3 service of an installation, from its environment. Without a bucket movies lie in the portal's own folder. */
import { AppError } from '@padelvar/shared/errors';
import { z } from 'zod';
import type { S3Settings } from './s3-client.ts';

const Text = z.string().min(1);

/** The variables, for the one schema of the whole environment. */
export const S3_ENVIRONMENT = {
  PADELVAR_S3_BUCKET: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'expected the name of a bucket')
    .optional(),
  PADELVAR_S3_ENDPOINT: z
    .url({ protocol: /^https?$/, error: 'expected an address such as https://s3.example' })
    .optional(),
  PADELVAR_S3_REGION: Text.default('us-east-1'),
  PADELVAR_S3_PREFIX: z
    .string()
    .regex(/^[A-Za-z0-9._/-]*$/, 'expected letters, digits and . _ / -')
    .default(''),
  PADELVAR_S3_ACCESS_KEY_ID: Text.optional(),
  PADELVAR_S3_SECRET_ACCESS_KEY: Text.optional(),
  PADELVAR_S3_FORCE_PATH_STYLE: z.enum(['true', 'false']).optional(),
  PADELVAR_S3_SSE: z.enum(['AES256', 'aws:kms']).optional(),
  PADELVAR_S3_SSE_KMS_KEY_ID: Text.optional(),
};

type Given = z.infer<z.ZodObject<typeof S3_ENVIRONMENT>>;

/** AppError `bad_request` naming the variable that is missing beside the others. */
export function parseS3Settings(given: Given): S3Settings | undefined {
  const { PADELVAR_S3_BUCKET: bucket } = given;
  const [named] = Object.entries(given).filter(([name, value]) => isOfS3(name) && value !== undefined);
  if (bucket === undefined) {
    if (named === undefined) return undefined;
    throw new AppError('bad_request', `setting PADELVAR_S3_BUCKET: expected a bucket beside ${named[0]}`);
  }
  const endpoint = given.PADELVAR_S3_ENDPOINT;
  return {
    ...{ endpoint, bucket, region: given.PADELVAR_S3_REGION },
    prefix: formatPrefix(given.PADELVAR_S3_PREFIX),
    accessKeyId: require(given, 'PADELVAR_S3_ACCESS_KEY_ID'),
    secretAccessKey: require(given, 'PADELVAR_S3_SECRET_ACCESS_KEY'),
    // Amazon's own service wants the bucket in the host's name, most others know the path.
    forcePathStyle: (given.PADELVAR_S3_FORCE_PATH_STYLE ?? String(endpoint !== undefined)) === 'true',
    encryption: encryptionOf(given),
  };
}

/** Those with a default say nothing. */
function isOfS3(name: string): boolean {
  return name.startsWith('PADELVAR_S3_') && !['PADELVAR_S3_REGION', 'PADELVAR_S3_PREFIX'].includes(name);
}

function require(given: Given, name: 'PADELVAR_S3_ACCESS_KEY_ID' | 'PADELVAR_S3_SECRET_ACCESS_KEY'): string {
  const value = given[name];
  if (value !== undefined) return value;
  throw new AppError('bad_request', `setting ${name}: expected it beside PADELVAR_S3_BUCKET`);
}

function encryptionOf(given: Given): S3Settings['encryption'] {
  const { PADELVAR_S3_SSE: algorithm, PADELVAR_S3_SSE_KMS_KEY_ID: kmsKeyId } = given;
  if (algorithm !== undefined) return { algorithm, kmsKeyId };
  if (kmsKeyId === undefined) return undefined;
  throw new AppError(
    'bad_request',
    'setting PADELVAR_S3_SSE: expected aws:kms beside PADELVAR_S3_SSE_KMS_KEY_ID',
  );
}

/** Without a slash before, with one behind; `..` names nothing in a bucket, and no folder either. */
function formatPrefix(text: string): string {
  const names = text.split('/').filter((name) => name !== '' && name !== '.' && name !== '..');
  return names.length === 0 ? '' : `${names.join('/')}/`;
}
