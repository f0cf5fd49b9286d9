import { expect, it } from 'vitest';
import { planTakeUp } from './plan-take-up.ts';

const asked = {
  ...{ state: 'created' as const, start_requested_at: 0, start_deadline_at: 15 },
  ...{ stop_requested_at: null, close_requested_at: null },
};
const online = { nowMs: 20, deviceOnline: true };

it.each([
  ['no session was opened', undefined, online, 'again'],
  [
    'no start was asked for',
    { ...asked, start_requested_at: null, start_deadline_at: null },
    online,
    'again',
  ],
  ['the start can still arrive', asked, { ...online, nowMs: 14 }, 'wait'],
  ['the start came to nothing', asked, { ...online, nowMs: 15 }, 'again'],
  ['the device has not been heard since', asked, { ...online, deviceOnline: false }, 'wait'],
  [
    'it is recorded',
    { ...asked, state: 'recording' as const },
    { ...online, deviceOnline: false },
    'started',
  ],
  ['it has been recorded', { ...asked, state: 'complete' as const }, online, 'started'],
  ['it failed', { ...asked, state: 'failed' as const }, online, 'started'],
  ['somebody stopped it', { ...asked, stop_requested_at: 10 }, online, 'started'],
  ['somebody closed it', { ...asked, close_requested_at: 10 }, online, 'started'],
] as const)('where %s', (_what, session, now, planned) => {
  expect(planTakeUp(session, now)).toBe(planned);
});
