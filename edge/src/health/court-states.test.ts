import type { ReportedSession } from '@padelvar/shared/link';
import { expect, test } from 'vitest';
import { createCourtStates } from './court-states.ts';

const COURTS = [{ courtId: 'c1', clubId: 'a', name: 'One' }];
const report = (second: number, rest: Partial<ReportedSession>): ReportedSession => ({
  ...{ sessionId: `sess_a_c1_17000000${String(second)}`, courtId: 'c1', state: 'creating' },
  ...rest,
});

test('a court is unknown until a session or a probe has seen its camera', () => {
  const states = createCourtStates();
  states.note([report(10, {})]);
  expect(states.list(COURTS)).toEqual([{ courtId: 'c1', state: 'unknown' }]);
  states.set('c1', 'camera_timeout');
  expect(states.list(COURTS)).toEqual([{ courtId: 'c1', state: 'failed', reason: 'camera_timeout' }]);
});

test('the newest session has the last word, in whatever order they are told', () => {
  const states = createCourtStates();
  states.note([
    report(12, { state: 'created' }),
    report(11, { state: 'failed', reason: 'camera_unreachable' }),
  ]);
  expect(states.list(COURTS)).toEqual([{ courtId: 'c1', state: 'ok' }]);
});

test('a session first seen while it records has seen its camera', () => {
  const states = createCourtStates();
  states.note([report(10, { state: 'recording' })]);
  expect(states.list(COURTS)).toEqual([{ courtId: 'c1', state: 'ok' }]);
});

test('what was told once does not overwrite a later probe', () => {
  const states = createCourtStates();
  const failed = [report(10, { state: 'failed', reason: 'camera_unauthorized' })];
  states.note(failed);
  states.set('c1', undefined);
  states.note(failed);
  expect(states.list(COURTS)).toEqual([{ courtId: 'c1', state: 'ok' }]);
});

test('an end that is not the camera’s says nothing of it', () => {
  const states = createCourtStates();
  states.note([report(10, { state: 'failed', reason: 'disk_full' })]);
  expect(states.list(COURTS)).toEqual([{ courtId: 'c1', state: 'unknown' }]);
});
