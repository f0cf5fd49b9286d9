import { UPLOAD_PART_BYTES } from '@padelvar/shared/limits';
import { expect, test } from 'vitest';
import { planUploadLimits, requirePartList, requirePartNumber } from './upload-limits.ts';

const FULL = UPLOAD_PART_BYTES;
const limits = planUploadLimits(90 * 60);

test('90 minutes may store what 40 Mbit/s make, and no more parts than S3 knows', () => {
  expect(limits.maxBytes).toBeGreaterThan((90 * 60 * 40_000_000) / 8);
  expect(limits.maxBytes).toBeLessThan((92 * 60 * 40_000_000) / 8);
  expect(planUploadLimits(null).maxParts).toBe(10_000);
  expect(() => requirePartNumber(limits.maxParts, limits)).not.toThrow();
  expect(() => requirePartNumber(limits.maxParts + 1, limits)).toThrow('at most');
});

test.each([
  ['a hole', [1, 3], [FULL, 5], FULL + 5],
  ['another order', [2, 1], [FULL, 5], FULL + 5],
  ['a short part that is not the last', [1, 2], [FULL - 1, 5], FULL + 4],
  ['a last part over size', [1, 2], [FULL, FULL + 1], 2 * FULL + 1],
  ['another sum', [1, 2], [FULL, 5], FULL + 6],
])('a list with %s is refused', (_what, numbers, sizes, total) => {
  const parts = numbers.map((partNumber, index) => ({ partNumber, bytes: sizes[index] ?? 0 }));
  expect(() => requirePartList(parts, total, limits)).toThrow('expected');
});

test('one short part is a whole list', () => {
  expect(() => requirePartList([{ partNumber: 1, bytes: 5 }], 5, limits)).not.toThrow();
});
