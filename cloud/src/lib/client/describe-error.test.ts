import { FaultSchema, formatProblem, AppError, type ErrorKind } from '@padelvar/shared/errors';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { overwriteGetLocale } from '#lib/paraglide/runtime.js';
import { describeError, findFieldError } from './describe-error.ts';
import { ApiError } from './request.ts';

const LOCALES = ['en', 'fr', 'es'] as const;
afterAll(() => overwriteGetLocale(() => 'en'));

/** As a page gets it. */
function receive(thrown: unknown): ApiError {
  const problem = formatProblem(thrown);
  return new ApiError(problem.kind as ErrorKind, { status: problem.status, detail: problem.detail, problem });
}

const inEach = (say: () => string | undefined) =>
  LOCALES.map((locale) => {
    overwriteGetLocale(() => locale);
    return say();
  });

describe('what the portal refuses', () => {
  it.each(FaultSchema.options)('is told in each language, not in the portal’s English: %s', (fault) => {
    const error = receive(new AppError('conflict', 'expected something else', { fault, field: 'name' }));
    const said = inEach(() => describeError(error));
    expect(new Set(said).size).toBe(LOCALES.length);
    expect(said.join(' ')).not.toContain('expected');
    expect(inEach(() => findFieldError(error, 'name'))).toEqual(said);
    expect(findFieldError(error, 'email')).toBeUndefined();
  });

  it.each(['name', 'email', 'password', 'date', 'timeZone', 'durationMinutes', 'clubId', 'somethingNew'])(
    'names the field that is wrong in each language: %s',
    (field) => {
      const error = receive(new AppError('bad_request', 'expected something else', { field }));
      const atField = inEach(() => findFieldError(error, field));
      expect(new Set(atField).size).toBe(LOCALES.length);
      const above = inEach(() => describeError(error));
      above.forEach((text, index) => expect(text).toContain(atField[index]));
      expect([...atField, ...above].join(' ')).not.toContain('expected');
    },
  );

  it('by a schema has each of its texts once', () => {
    const { error } = z.object({ firstDate: z.iso.date(), lastDate: z.iso.date() }).safeParse({});
    const [said = ''] = inEach(() => describeError(receive(error)));
    expect(said).toBe('Something in the form is not right. This day does not fit.');
  });

  it('with a kind that this page does not know yet is told by its status', () => {
    const error = new ApiError('of_tomorrow' as ErrorKind, { status: 418, detail: 'expected tea' });
    for (const text of inEach(() => describeError(error))) {
      expect(text).toContain('418');
      expect(text).not.toContain('tea');
    }
  });
});
