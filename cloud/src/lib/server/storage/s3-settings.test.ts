import { expect, test } from 'vitest';
import { parseSettings } from '../settings.ts';

const KEYS = { PADELVAR_S3_ACCESS_KEY_ID: 'id', PADELVAR_S3_SECRET_ACCESS_KEY: 'secret' };
const BUCKET = { ...KEYS, PADELVAR_S3_BUCKET: 'matches' };

test('without a bucket movies lie in the portal’s folder', () => {
  expect(parseSettings({}).s3).toBeUndefined();
});

test('a bucket and its keys are enough for Amazon’s own service', () => {
  expect(parseSettings(BUCKET).s3).toEqual({
    ...{ endpoint: undefined, region: 'us-east-1', bucket: 'matches', prefix: '' },
    ...{ accessKeyId: 'id', secretAccessKey: 'secret', forcePathStyle: false, encryption: undefined },
  });
});

test('another service is asked by path unless the setting says otherwise', () => {
  const other = { ...BUCKET, PADELVAR_S3_ENDPOINT: 'https://s3.example' };
  expect(parseSettings(other).s3?.forcePathStyle).toBe(true);
  expect(parseSettings({ ...other, PADELVAR_S3_FORCE_PATH_STYLE: 'false' }).s3?.forcePathStyle).toBe(false);
});

test('a service has its region', () => {
  expect(parseSettings({ ...BUCKET, PADELVAR_S3_REGION: 'eu-west-3' }).s3?.region).toBe('eu-west-3');
});

test.each([
  ['padelvar', 'padelvar/'],
  ['/padelvar/movies/', 'padelvar/movies/'],
  ['a//../b', 'a/b/'],
])('the prefix %s becomes %s', (given, expected) => {
  expect(parseSettings({ ...BUCKET, PADELVAR_S3_PREFIX: given }).s3?.prefix).toBe(expected);
});

test('encryption by the service is a setting', () => {
  const kms = { ...BUCKET, PADELVAR_S3_SSE: 'aws:kms', PADELVAR_S3_SSE_KMS_KEY_ID: 'key' };
  expect(parseSettings(kms).s3?.encryption).toEqual({ algorithm: 'aws:kms', kmsKeyId: 'key' });
});

test.each([
  [{ PADELVAR_S3_BUCKET: 'matches' }, 'PADELVAR_S3_ACCESS_KEY_ID'],
  [{ ...KEYS }, 'PADELVAR_S3_BUCKET'],
  [{ ...BUCKET, PADELVAR_S3_BUCKET: 'No Bucket' }, 'PADELVAR_S3_BUCKET'],
  [{ ...BUCKET, PADELVAR_S3_ENDPOINT: 's3.example' }, 'PADELVAR_S3_ENDPOINT'],
  [{ ...BUCKET, PADELVAR_S3_FORCE_PATH_STYLE: 'yes' }, 'PADELVAR_S3_FORCE_PATH_STYLE'],
  [{ ...BUCKET, PADELVAR_S3_SSE: 'rot13' }, 'PADELVAR_S3_SSE'],
  [{ ...BUCKET, PADELVAR_S3_SSE_KMS_KEY_ID: 'key' }, 'PADELVAR_S3_SSE'],
])('%j is refused by name', (environment, name) => {
  expect(() => parseSettings(environment)).toThrow(name);
});
