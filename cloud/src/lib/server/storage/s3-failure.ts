/** What an S3 service refused or failed to do, in our own words. Pure. */
import { S3ServiceException } from '@aws-sdk/client-s3';
import { AppError } from '@padelvar/shared/errors';
import type { StorageTrouble } from '@padelvar/shared/storage-trouble';

/** The names that S3 and its look-alikes give to what is wrong. */
const BY_NAME: Record<string, StorageTrouble> = {
  AccessDenied: 'denied',
  AccountProblem: 'denied',
  AllAccessDisabled: 'denied',
  ExpiredToken: 'denied',
  InvalidAccessKeyId: 'denied',
  InvalidToken: 'denied',
  RequestTimeTooSkewed: 'denied',
  SignatureDoesNotMatch: 'denied',
  AuthorizationHeaderMalformed: 'denied',
  PermanentRedirect: 'missing',
  NoSuchBucket: 'missing',
  EntityTooLarge: 'full',
  InsufficientCapacity: 'full',
  QuotaExceeded: 'full',
  ServiceQuotaExceededException: 'full',
  StorageFull: 'full',
  XMinioStorageFull: 'full',
  InvalidBucketState: 'read_only',
  MethodNotAllowed: 'read_only',
  RequestTimeout: 'slow',
  SlowDown: 'slow',
  TimeoutError: 'slow',
  ThrottlingException: 'slow',
};

const BY_STATUS: Record<number, StorageTrouble> = {
  401: 'denied',
  403: 'denied',
  404: 'missing',
  405: 'read_only',
  413: 'full',
  429: 'slow',
  507: 'full',
};

/** Of the connection, by Node's own codes. */
const UNREACHABLE =
  /^(ECONNREFUSED|ECONNRESET|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|EPIPE|CERT_|ERR_TLS|DEPTH_|SELF_SIGNED|UNABLE_TO)/;

export function findS3Trouble(error: unknown): StorageTrouble {
  const { name = '', code = '' } = error as { name?: string; code?: string };
  // Before the name: the SDK calls a connection that breaks a time-out, too.
  if (UNREACHABLE.test(code)) return 'unreachable';
  const status = error instanceof S3ServiceException ? (error.$metadata.httpStatusCode ?? 0) : 0;
  const known = BY_NAME[name] ?? BY_STATUS[status];
  if (known !== undefined) return known;
  return /timeout|timed out/i.test(`${name} ${code}`) ? 'slow' : 'failing';
}

/** Runs one call. What fails becomes AppError `storage_…`, of kind and cause; our own errors pass. */
export async function callS3<Answer>(what: string, call: () => Promise<Answer>): Promise<Answer> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw describeS3Failure(what, error);
  }
}

/** The same for a sequence that is fetched while it is read. */
export async function* explainS3<Item>(what: string, items: AsyncIterable<Item>): AsyncGenerator<Item> {
  try {
    yield* items;
  } catch (error) {
    throw error instanceof AppError ? error : describeS3Failure(what, error);
  }
}

function describeS3Failure(what: string, error: unknown): AppError {
  const trouble = findS3Trouble(error);
  const { name = 'Error' } = error as { name?: string };
  return new AppError(`storage_${trouble}`, `the video storage could not ${what}: ${name}`, { cause: error });
}

/** Whether the service says that this object or upload is not there; a missing bucket is something else. */
export function isAbsent(error: unknown): boolean {
  if (!(error instanceof S3ServiceException)) return false;
  if (error.name === 'NoSuchBucket') return false;
  return (
    ['NoSuchKey', 'NoSuchUpload', 'NotFound'].includes(error.name) || error.$metadata.httpStatusCode === 404
  );
}

/** Whether the service has no such operation at all. */
export function isUnknownQuestion(error: unknown): boolean {
  if (!(error instanceof S3ServiceException)) return false;
  return error.name === 'NotImplemented' || error.$metadata.httpStatusCode === 501;
}
