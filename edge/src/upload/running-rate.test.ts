import type { ReportedSession } from '@padelvar/shared/link';
import type { SessionState } from '@padelvar/shared/session';
import { expect, test } from 'vitest';
import { planRunningKbit } from './running-rate.ts';

function report(
  courtId: string,
  second: number,
  state: SessionState,
  bytes: number,
  ms: number,
): ReportedSession {
  const movie = { bytes, durationMs: ms, frames: 1, codec: 'avc1', width: 16, height: 16 };
  return {
    ...{ sessionId: `sess_club_${courtId}_${String(1_700_000_000 + second)}`, courtId, state },
    recording: {
      ...{ elapsedMs: ms, durationSeconds: 5_400, bytes, growing: true, gaps: [] },
      ...(state === 'complete' ? { movie } : {}),
      upload: { sentBytes: 0, confirmed: false },
    },
  };
}

const RUNNING = report('c1', 1, 'recording', 30_000_000, 60_000);

test('what runs is measured, what has just begun is taken for its court’s last match', () => {
  expect(planRunningKbit([])).toBe(0);
  expect(planRunningKbit([RUNNING])).toBe(4_000);
  const last = report('c2', 1, 'complete', 60_000_000, 80_000);
  const older = report('c2', 0, 'complete', 10_000_000, 80_000);
  expect(planRunningKbit([RUNNING, older, last, report('c2', 9, 'recording', 9, 1_000)])).toBe(4_000 + 6_000);
});

test('a court that nothing is known of is taken for a busy one', () => {
  expect(planRunningKbit([RUNNING], 'c3')).toBe(4_000 + 8_000);
  expect(planRunningKbit([report('c3', 1, 'complete', 100, 2_000)], 'c3')).toBe(8_000);
});

test('what has ended takes nothing of the line', () => {
  expect(planRunningKbit([report('c2', 1, 'complete', 60_000_000, 80_000)])).toBe(0);
});
