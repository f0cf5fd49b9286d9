/** Object keys: the closed alphabet that makes a key safe as a path below a folder and in an address. */
import { AppError } from '@padelvar/shared/errors';

const SEGMENT = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$/;
const MAX_SEGMENTS = 8;

/** No empty, hidden or dotted segment, so that no key leaves its folder. */
export function isObjectKey(key: string): boolean {
  const segments = key.split('/');
  return segments.length <= MAX_SEGMENTS && segments.every((segment) => SEGMENT.test(segment));
}

export function requireObjectKey(key: string): string {
  if (!isObjectKey(key)) throw new AppError('not_found', 'expected the key of a stored object');
  return key;
}
