import { expect, it } from 'vitest';
import { planRetry } from './retry-plan.ts';

const MINUTE = 60_000;
const LATE = 1e12;

it.each([
  ['waits a minute after the first failure', 1, { code: 'ECONNECTION' }, LATE, MINUTE],
  ['waits longer after each', 3, { code: 'ETIMEDOUT' }, LATE, 15 * MINUTE],
  ['waits four hours at most', 40, { code: 'ETIMEDOUT' }, LATE, 240 * MINUTE],
  ['tries again where the service is busy', 1, { code: 'EENVELOPE', responseCode: 451 }, LATE, MINUTE],
  ['tries again where the password is wrong', 1, { code: 'EAUTH', responseCode: 535 }, LATE, MINUTE],
  ['gives an unknown receiver up', 1, { code: 'EENVELOPE', responseCode: 550 }, LATE, undefined],
  ['gives a refused message up', 1, { code: 'EMESSAGE', responseCode: 554 }, LATE, undefined],
  ['gives up what would come too late', 2, { code: 'ECONNECTION' }, 5 * MINUTE, undefined],
])('%s', (_fact, attempts, failure, expiresAt, due) => {
  expect(planRetry({ attempts, expiresAt }, failure, 0)).toBe(due);
});
