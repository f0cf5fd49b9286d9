/** A court whose camera misbehaves in every way there is, beside courts that are well. */
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { systemClock as clock } from '../src/base/clock.ts';
import { FAULTS } from '../src/simulate/fault.ts';
import type { Fault, FaultName } from '../src/simulate/fault.ts';
import { inspectMovie, openMatchLab } from './support/match-lab.ts';
import type { MatchLab } from './support/match-lab.ts';
import { SMALL_CLIP, startTestCourts } from './support/test-courts.ts';

const HEALTHY = process.env['PADELVAR_LONG_TESTS'] === '1' ? 15 : 3;

/** How long each trouble lasts, seconds. After a refused password the camera is not asked for a while: that comes last. */
const TROUBLES: Record<FaultName, number> = {
  ...{ none: 1, drop: 1, silence: 3, refuse: 1.5, reboot: 1.5, resolution: 2.5, codec: 2.5 },
  ...{ 'clock-forward': 1.5, 'clock-back': 1.5, 'wrong-password': 1.5 },
};

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

test(`a court that goes through every trouble costs its ${String(HEALTHY)} neighbours no frame [mediamtx 4674]`, async () => {
  const healthy = Array.from({ length: HEALTHY }, () => ({ kind: 'rtsp' as const }));
  const troubled = {
    ...{ kind: 'rtsp' as const, user: 'admin', password: 'canary-pass' },
    otherStream: { codec: 'hevc' as const },
  };
  const simulator = await startTestCourts([...healthy, troubled], SMALL_CLIP);
  const lab = await openMatchLab(simulator.courts);
  const sessionIds = await Promise.all(
    simulator.courts.map((_court, index) => beginMatch(lab, `c${String(index + 1)}`)),
  );
  const plan: Fault[] = [...FAULTS]
    .sort((a, b) => Number(a === 'wrong-password') - Number(b === 'wrong-password'))
    .map((fault) => ({ fault }));
  for (const fault of plan) {
    await simulator.courts.at(-1)?.setFault(fault);
    await clock.sleep(TROUBLES[fault.fault] * 1_000);
    // One trouble at a time: the camera is well again in between.
    await simulator.courts.at(-1)?.setFault({ fault: 'none' });
    await clock.sleep(300);
  }
  await Promise.all(sessionIds.map((sessionId) => endMatch(lab, sessionId)));

  const missing: number[] = [];
  for (const sessionId of sessionIds.slice(0, HEALTHY)) {
    const movie = await inspectMovie(lab.moviePath(sessionId), simulator.clip);
    expect(movie).toMatchObject({ repeated: 0, reordered: 0, unreadable: 0, complaints: '' });
    expect(lab.get(sessionId).report.recording?.gaps).toEqual([]);
    expect(movie.frames).toBeGreaterThan(15 * 25);
    missing.push(movie.missing);
  }
  expect(missing).toEqual(missing.map(() => 0));
  // The trouble was real; troubles close to each other can share a gap.
  expect(lab.get(sessionIds.at(-1) ?? '').report.recording?.gaps.length).toBeGreaterThanOrEqual(2);
  process.stdout.write(`${String(HEALTHY)} courts beside a troubled one: 0 frames missing\n`);
  await lab.dispose();
  await simulator.close();
}, 180_000);
