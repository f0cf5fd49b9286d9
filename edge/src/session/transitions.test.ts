import { SESSION_STATES } from '@padelvar/shared/session';
import type { SessionState } from '@padelvar/shared/session';
import { expect, test } from 'vitest';
import { canMove } from './transitions.ts';

/** Rows: from; columns: to, in the order of the states. */
const ALLOWED: Record<SessionState, string> = {
  idle: '.x.....x',
  creating: '..xx..xx',
  created: '...x..xx',
  starting: '....xx.x',
  recording: '.....x.x',
  stopping: '......xx',
  complete: '........',
  failed: '........',
};

test.each(SESSION_STATES)('from %s there are only the named ways on', (from) => {
  const row = SESSION_STATES.map((to) => (canMove(from, to) ? 'x' : '.')).join('');
  expect(row).toBe(ALLOWED[from]);
});
