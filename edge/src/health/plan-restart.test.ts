import type { ReportedSession } from '@padelvar/shared/link';
import { expect, test } from 'vitest';
import { planRestart } from './plan-restart.ts';

const recording: NonNullable<ReportedSession['recording']> = {
  ...{ elapsedMs: 1, durationSeconds: 60, bytes: 1, growing: true, gaps: [] },
  upload: { sentBytes: 0, confirmed: false },
};
const of = (courtId: string, rest: Partial<ReportedSession>): ReportedSession => ({
  ...{ sessionId: `sess_alpha_${courtId}_1767225600`, courtId, state: 'recording', recording },
  ...rest,
});

test.each<[string, ReportedSession[], boolean, object]>([
  ['nothing is open', [], false, { begun: true, interrupts: [] }],
  ['RTSP is recorded', [of('one', { cameraKind: 'rtsp' })], false, { begun: true, interrupts: [] }],
  ['MJPEG is recorded', [of('one', { cameraKind: 'mjpeg' })], false, { begun: false, interrupts: ['one'] }],
  ['that is agreed to', [of('one', { cameraKind: 'mjpeg' })], true, { begun: true, interrupts: ['one'] }],
  ['the camera is not back yet', [of('one', {})], false, { begun: false, interrupts: ['one'] }],
  [
    'still images are recorded beside RTSP',
    [of('one', { cameraKind: 'rtsp' }), of('two', { cameraKind: 'still' })],
    false,
    { begun: false, interrupts: ['two'] },
  ],
  [
    'a match is over',
    [of('one', { cameraKind: 'mjpeg', state: 'complete' })],
    false,
    { begun: true, interrupts: [] },
  ],
  [
    'it is being finished',
    [of('one', { cameraKind: 'mjpeg', state: 'stopping' })],
    false,
    { begun: true, interrupts: [] },
  ],
])('where %s', (_name, sessions, acceptGap, planned) => {
  expect(planRestart(sessions, acceptGap)).toEqual(planned);
});

test('an open MJPEG court that records nothing stands in no way', () => {
  const { sessionId, courtId } = of('one', {});
  const open = { sessionId, courtId, state: 'created', cameraKind: 'mjpeg' } as const;
  expect(planRestart([open], false).begun).toBe(true);
});
