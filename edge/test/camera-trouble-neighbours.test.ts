/** Courts whose cameras misbehave in every way there is, beside courts that are well. */
import { existsSync } from 'node:fs';
import type { ReportedRecording } from '@padelvar/shared/link';
import { expect, test } from 'vitest';
import { systemClock as clock } from '../src/base/clock.ts';
import type { SimulatedCourt } from '../src/simulate/court.ts';
import { FAULTS } from '../src/simulate/fault.ts';
import type { FaultName } from '../src/simulate/fault.ts';
import { isLongRun, tellFigures } from './support/figures.ts';
import { inspectMovie, openMatchLab } from './support/match-lab.ts';
import type { MatchLab } from './support/match-lab.ts';
import { SMALL_CLIP, startTestCourts } from './support/test-courts.ts';

const HEALTHY = isLongRun ? 15 : 3;

/** How long each trouble lasts at least, seconds. After a refused password the camera is not asked for a while: that comes last. */
const TROUBLES: Record<FaultName, number> = {
  ...{ none: 0, drop: 0, silence: 1, refuse: 1, reboot: 1, resolution: 1.5, codec: 1.5 },
  ...{ black: 1, frozen: 1 },
  ...{ 'clock-forward': 1, 'clock-back': 1, 'wrong-password': 1.5 },
};
/** Those that cost pictures: each a gap. */
const GAPS: readonly FaultName[] = ['drop', 'silence', 'refuse', 'reboot', 'codec', 'wrong-password'];
/** What an MJPEG court has beside what concerns RTP. */
const MJPEG_PLAN: readonly FaultName[] = [
  'drop',
  'resolution',
  'black',
  'frozen',
  'refuse',
  'silence',
  'reboot',
  'wrong-password',
];
const PLAN = FAULTS.toSorted((a, b) => Number(a === 'wrong-password') - Number(b === 'wrong-password'));

/** One trouble, until the camera's pictures come again. */
async function haveTrouble(
  { lab, court, sessionId }: { lab: MatchLab; court: SimulatedCourt; sessionId: string },
  fault: FaultName,
): Promise<void> {
  const recording = (): ReportedRecording | undefined => lab.get(sessionId).report.recording;
  const gaps = (recording()?.gaps.length ?? 0) + (GAPS.includes(fault) ? 1 : 0);
  await court.setFault({ fault });
  await clock.sleep(TROUBLES[fault] * 1_000);
  if (fault === 'silence') await lab.until('the silence to be noticed', () => recording()?.growing === false);
  await court.setFault({ fault: 'none' });
  if (fault === 'wrong-password') return;
  const bytes = recording()?.bytes ?? 0;
  await lab.until(
    `pictures after ${fault}`,
    () => recording()?.gaps.length === gaps && (recording()?.bytes ?? 0) > bytes,
  );
}

/** The daemon has its pictures: a short trouble costs the movie nothing but standing still. */
async function haveMjpegTroubles(court: SimulatedCourt): Promise<void> {
  for (const fault of MJPEG_PLAN) {
    await court.setFault({ fault });
    await clock.sleep(TROUBLES[fault] * 1_000 + 500);
    await court.setFault({ fault: 'none' });
    await clock.sleep(500);
  }
}

async function beginMatch(lab: MatchLab, courtId: string): Promise<string> {
  const sessionId = lab.open(courtId);
  await lab.reaches(sessionId, 'created');
  lab.start(sessionId);
  await lab.records(sessionId, 1_000);
  return sessionId;
}

async function endMatch(lab: MatchLab, sessionId: string): Promise<void> {
  lab.stop(sessionId);
  await lab.reaches(sessionId, 'complete');
  await lab.until('the final file', () => existsSync(lab.moviePath(sessionId)));
}

test(`courts that go through every trouble cost their ${String(HEALTHY)} neighbours no frame [mediamtx 4674]`, async () => {
  const healthy = Array.from({ length: HEALTHY }, () => ({ kind: 'rtsp' as const }));
  const login = { user: 'admin', password: 'canary-pass' };
  const troubled = { kind: 'rtsp' as const, ...login, otherStream: { codec: 'hevc' as const } };
  const simulator = await startTestCourts([...healthy, troubled, { kind: 'mjpeg', ...login }], SMALL_CLIP);
  const lab = await openMatchLab(simulator.courts);
  const sessionIds = await Promise.all(
    simulator.courts.map((_court, index) => beginMatch(lab, `c${String(index + 1)}`)),
  );
  const [court, mjpeg] = simulator.courts.slice(HEALTHY);
  if (court === undefined || mjpeg === undefined) throw new Error('expected the courts in trouble');
  const [troubledId = '', mjpegId = ''] = sessionIds.slice(HEALTHY);
  const mjpegTroubles = haveMjpegTroubles(mjpeg);
  for (const fault of PLAN) await haveTrouble({ lab, court, sessionId: troubledId }, fault);
  await mjpegTroubles;
  await Promise.all(sessionIds.map((sessionId) => endMatch(lab, sessionId)));

  const missing: number[] = [];
  for (const sessionId of sessionIds.slice(0, HEALTHY)) {
    const movie = await inspectMovie(lab.moviePath(sessionId), simulator.clip);
    expect(movie).toMatchObject({ repeated: 0, reordered: 0, unreadable: 0, complaints: '' });
    expect(lab.get(sessionId).report.recording?.gaps).toEqual([]);
    expect(movie.frames).toBeGreaterThan(15 * 25);
    missing.push(movie.missing);
  }
  const framesMissing = missing.reduce((sum, frames) => sum + frames, 0);
  tellFigures('courts beside two in trouble', { courts: HEALTHY, framesMissing });
  expect(framesMissing).toBe(0);
  expect(lab.get(troubledId).report.recording?.gaps).toHaveLength(GAPS.length);
  const encoded = await inspectMovie(lab.moviePath(mjpegId), simulator.clip);
  expect(encoded).toMatchObject({ reordered: 0, complaints: '' });
  await lab.dispose();
  await simulator.close();
}, 180_000);
