import { AppError, formatProblem } from '@padelvar/shared/errors';
import { expect, test } from 'vitest';
import { describeRefusal } from './put-refusal.ts';

const xml = (code: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>no</Message></Error>`;

test.each([
  [403, xml('AccessDenied'), 'storage_denied'],
  [403, xml('QuotaExceeded'), 'storage_full'],
  [404, xml('NoSuchUpload'), 'not_found'],
  [404, xml('NoSuchBucket'), 'storage_missing'],
  [405, xml('MethodNotAllowed'), 'storage_read_only'],
  [500, xml('InternalError'), 'storage_failing'],
  [503, xml('SlowDown'), 'storage_slow'],
  [503, '', 'storage_slow'],
  [507, '', 'storage_full'],
  [301, '<html>welcome</html>', 'storage_failing'],
])('an answer %i %s is %s', (status, text, kind) => {
  expect(describeRefusal({ status, text })).toMatchObject({ kind });
});

test.each(['storage_read_only', 'storage_missing', 'storage_full', 'storage_failing'] as const)(
  'the portal’s own store says %s itself',
  (kind) => {
    const problem = formatProblem(new AppError(kind, 'no'));
    expect(describeRefusal({ status: problem.status, text: JSON.stringify(problem) })).toMatchObject({
      kind,
    });
  },
);
