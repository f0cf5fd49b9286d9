/** What a store means by refusing a part: the portal's own in a problem document, an S3 service in XML. Pure. */
import { AppError, ERROR_KINDS } from '@padelvar/shared/errors';
import type { ErrorKind } from '@padelvar/shared/errors';
import type { PutAnswer } from './put-bytes.ts';

/** The names that S3 and its look-alikes give to what is wrong, where the status alone says less. */
const BY_CODE: Record<string, ErrorKind> = {
  NoSuchBucket: 'storage_missing',
  QuotaExceeded: 'storage_full',
  EntityTooLarge: 'storage_full',
  InsufficientCapacity: 'storage_full',
  StorageFull: 'storage_full',
  XMinioStorageFull: 'storage_full',
  InvalidBucketState: 'storage_read_only',
  MethodNotAllowed: 'storage_read_only',
};

const BY_STATUS: Record<number, ErrorKind> = {
  400: 'bad_request',
  // Expired or wrong, an address is signed anew; where that is refused too, it is the store that refuses the portal.
  403: 'storage_denied',
  // An upload that it has lost is opened anew.
  404: 'not_found',
  405: 'storage_read_only',
  409: 'conflict',
  413: 'storage_full',
  429: 'storage_slow',
  503: 'storage_slow',
  507: 'storage_full',
};

/** Other answers are failures of the store's own. */
export function describeRefusal({ status, text }: PutAnswer): AppError {
  const kind = kindOfProblem(text) ?? kindOfXml(text) ?? BY_STATUS[status] ?? 'storage_failing';
  return new AppError(kind, `expected the store to take a part, it answered ${String(status)}`);
}

function kindOfXml(text: string): ErrorKind | undefined {
  return BY_CODE[/<Code>(\w+)<\/Code>/.exec(text)?.[1] ?? ''];
}

function kindOfProblem(text: string): ErrorKind | undefined {
  const kind = /^\{.*"kind":"(storage_\w+)"/.exec(text)?.[1] ?? '';
  return Object.hasOwn(ERROR_KINDS, kind) ? (kind as ErrorKind) : undefined;
}
