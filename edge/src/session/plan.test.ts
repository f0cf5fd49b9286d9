import type { DesiredSession } from '@padelvar/shared/link';
import { SESSION_STATES, isEnded } from '@padelvar/shared/session';
import type { SessionState } from '@padelvar/shared/session';
import { expect, test } from 'vitest';
import { planActions } from './plan.ts';
import type { KnownSession } from './plan.ts';

const NOW = 1_000_000;
const IDS = { sessionId: 'sess_a_c1_1700000001', courtId: 'c1' };
const OTHER = 'sess_a_c1_1700000000';
const WANTED: DesiredSession = { ...IDS, openDeadlineAt: NOW + 1 };
const START = { requestedAt: NOW, startDeadlineAt: NOW + 1, durationSeconds: 90 };
const STOP = { requestedAt: NOW, reason: 'player' as const };
const CLOSE = { requestedAt: NOW, reason: 'closed' as const };

const known = (state: SessionState, rest: Partial<KnownSession> = {}): KnownSession => ({
  ...{ ...IDS, state, isLocal: false },
  ...rest,
});

test.each<[string, DesiredSession, KnownSession[], number | undefined, object[]]>([
  ['a new session opens', WANTED, [], NOW, [{ do: 'open', ...IDS }]],
  ['nothing new begins while portal time is unknown', WANTED, [], undefined, []],
  [
    'an opening after its deadline never begins',
    WANTED,
    [],
    NOW + 2,
    [{ do: 'refuse', ...IDS, reason: 'expired' }],
  ],
  ['a busy court is given up first', WANTED, [known('recording', { sessionId: OTHER })], NOW, []],
  [
    'an ended session keeps no court busy',
    WANTED,
    [known('failed', { sessionId: OTHER })],
    NOW,
    [{ do: 'open', ...IDS }],
  ],
  [
    'a running recording that is asked to last longer is extended',
    { ...WANTED, recording: { ...START, durationSeconds: 120 } },
    [known('recording', { durationSeconds: 90 })],
    undefined,
    [{ do: 'extend', sessionId: IDS.sessionId, durationSeconds: 120 }],
  ],
  [
    'a running recording is never shortened',
    { ...WANTED, recording: { ...START, durationSeconds: 60 } },
    [known('recording', { durationSeconds: 90 })],
    NOW,
    [],
  ],
  [
    'a close of a session never opened is told as its end',
    { ...WANTED, close: CLOSE },
    [],
    undefined,
    [{ do: 'refuse', ...IDS, reason: 'closed' }],
  ],
  [
    'a stop that arrives before its start wins',
    { ...WANTED, recording: { ...START, stop: STOP } },
    [],
    NOW,
    [{ do: 'refuse', ...IDS, reason: 'player' }],
  ],
  [
    'a stop before the start has begun wins',
    { ...WANTED, recording: { ...START, stop: STOP } },
    [known('created')],
    NOW,
    [{ do: 'stop', ...IDS, reason: 'player' }],
  ],
  [
    'a start begins once the camera is open',
    { ...WANTED, recording: START },
    [known('created')],
    NOW,
    [{ do: 'start', sessionId: IDS.sessionId, durationSeconds: 90 }],
  ],
  ['a start waits for the camera', { ...WANTED, recording: START }, [known('creating')], NOW, []],
  ['a start waits for portal time', { ...WANTED, recording: START }, [known('created')], undefined, []],
  [
    'a start after its deadline never begins',
    { ...WANTED, recording: START },
    [known('created')],
    NOW + 2,
    [{ do: 'close', ...IDS, reason: 'expired' }],
  ],
  [
    'a start that has begun is not repeated',
    { ...WANTED, recording: START },
    [known('recording')],
    NOW + 2,
    [],
  ],
  [
    'a stop is obeyed without portal time',
    { ...WANTED, recording: { ...START, stop: STOP } },
    [known('recording')],
    undefined,
    [{ do: 'stop', ...IDS, reason: 'player' }],
  ],
  [
    'a close ends an open session',
    { ...WANTED, close: CLOSE },
    [known('created')],
    undefined,
    [{ do: 'close', ...IDS, reason: 'closed' }],
  ],
  [
    'a stop names its reason before a close',
    { ...WANTED, close: CLOSE, recording: { ...START, stop: STOP } },
    [known('recording')],
    NOW,
    [{ do: 'stop', ...IDS, reason: 'player' }],
  ],
  ['what is stopping is let be', { ...WANTED, close: CLOSE }, [known('stopping')], NOW, []],
  ['what has ended is let be', { ...WANTED, recording: START }, [known('complete')], NOW, []],
])('%s', (_title, wanted, sessions, portalNowMs, actions) => {
  expect(planActions([wanted], sessions, portalNowMs)).toEqual(actions);
});

test.each(SESSION_STATES)('a session that the portal forgot, %s: only an idle one is closed', (state) => {
  const isIdle = state === 'creating' || state === 'created';
  const actions = [{ do: 'close', ...IDS, reason: 'superseded' }];
  expect(planActions([], [known(state)], NOW)).toEqual(isIdle ? actions : []);
  expect(planActions([], [known(state, { isLocal: true })], NOW)).toEqual([]);
});

test('an ended session is never acted on, whatever is wanted of it', () => {
  for (const state of SESSION_STATES.filter(isEnded))
    for (const recording of [undefined, START, { ...START, stop: STOP }])
      for (const close of [undefined, CLOSE])
        expect(
          planActions(
            [{ ...WANTED, ...(recording && { recording }), ...(close && { close }) }],
            [known(state)],
            NOW,
          ),
        ).toEqual([]);
});
