/** Processes that die, hang, outlive each other, and belong to somebody else. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { DesiredSession, Gap, ReportedSession } from '@padelvar/shared/link';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findProcess, isAlive } from '../src/base/child-process.ts';
import { systemClock } from '../src/base/clock.ts';
import { createPartRecord, savePartRecord } from '../src/ingest/part.ts';
import { endLeftIngest } from '../src/recording/left-parts.ts';
import { createPortPool } from '../src/proxy/port-pool.ts';
import type { Simulator } from '../src/simulate/simulator.ts';
import { createRandom, isLongRun, tellFigures } from './support/figures.ts';
import { startDevice } from './support/killable-device.ts';
import { measureLateness } from './support/machine-lateness.ts';
import { inspectMovie, openMatchLab } from './support/match-lab.ts';
import { findWriters, killAll, takeCensus } from './support/process-census.ts';
import { SMALL_CLIP, startTestCourts, TEST_FFMPEG } from './support/test-courts.ts';
import { createFastClock, createTinyRecorder } from './support/tiny-recorder.ts';

const CYCLES = isLongRun ? 1_000 : 20;
const KILLS = isLongRun ? 20 : 4;

let simulator: Simulator;

beforeAll(async () => {
  simulator = await startTestCourts([{ kind: 'rtsp' }, { kind: 'rtsp' }, { kind: 'mjpeg' }], SMALL_CLIP);
});
afterAll(() => simulator.close());

function wish(courtId: string, nowMs: number): DesiredSession {
  const request = { requestedAt: nowMs, startDeadlineAt: nowMs + 600_000, durationSeconds: 600 };
  const sessionId = `sess_club_${courtId}_1800000000`;
  return { sessionId, courtId, openDeadlineAt: nowMs + 600_000, recording: request };
}

const isEvery = (state: string) => (reports: readonly ReportedSession[]) =>
  reports.length > 0 && reports.every((report) => report.state === state);

const isGrowing = (sessionId?: string) => (reports: readonly ReportedSession[]) =>
  reports.some((report) => report.sessionId === sessionId && report.recording?.growing === true);

const gapsOf = (reports: readonly ReportedSession[], sessionId?: string): readonly Gap[] =>
  reports.find((report) => report.sessionId === sessionId)?.recording?.gaps ?? [];

test(
  'a daemon killed again and again adopts its FFmpeg within 2 s, loses no frame of an RTSP court and of an MJPEG court the restart',
  { timeout: 60_000 + KILLS * 10_000 },
  async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'padelvar-kill-'));
    const memoryFolder = await mkdtemp('/dev/shm/padelvar-kill-');
    const addresses = simulator.courts.map(({ address }) => address);
    const device = startDevice({ dataDir, memoryFolder, addresses, ffmpegPath: TEST_FFMPEG });
    const wishes = ['c1', 'c2', 'c3'].map((courtId) => wish(courtId, systemClock.nowMs()));
    const [first, second, third] = wishes.map(({ sessionId }) => sessionId);
    const folderOf = (sessionId = ''): string => join(dataDir, 'videos', 'club', sessionId);
    await device.until('a device', () => true);
    device.want(wishes);
    await device.until('recordings', isEvery('recording'));
    const random = createRandom(5);
    const lateness = await measureLateness();
    let [worstAdoptionMs, worstRestartMs] = [0, 0];
    for (let kill = 0; kill < KILLS; kill += 1) {
      await delay(random() * 900);
      if (kill % 2 === 1) killAll(findWriters(folderOf(second)));
      const killedMs = systemClock.monotonicMs();
      const adoptionMs = await device.killAndRestart([first ?? '']);
      worstAdoptionMs = Math.max(worstAdoptionMs, adoptionMs);
      for (const sessionId of [first, second, third])
        expect(findWriters(folderOf(sessionId)).length, sessionId).toBeLessThanOrEqual(1);
      await device.until('recordings', isEvery('recording'));
      await device.until('pictures of the MJPEG court', isGrowing(third));
      worstRestartMs = Math.max(worstRestartMs, systemClock.monotonicMs() - killedMs);
    }
    const stop = { requestedAt: systemClock.nowMs(), reason: 'player' as const };
    device.want(wishes.map((one) => ({ ...one, recording: { ...one.recording, stop } }) as DesiredSession));
    await device.until('the end', isEvery('complete'));
    await device.until('the final files', () =>
      wishes.every(({ sessionId }) => existsSync(`${folderOf(sessionId)}.mp4`)),
    );
    const movie = await inspectMovie(`${folderOf(first)}.mp4`, simulator.clip);
    for (const sessionId of [second, third])
      expect(await inspectMovie(`${folderOf(sessionId)}.mp4`, simulator.clip)).toMatchObject({
        ...{ complaints: '', unreadable: 0, reordered: 0 },
      });
    const gapsMs = gapsOf(device.reports(), third).map(({ fromMs, toMs }) => toMs - fromMs);
    await device.close();
    tellFigures('daemon killed', {
      ...{ kills: KILLS, framesLost: movie.missing, worstAdoptionSeconds: worstAdoptionMs / 1000 },
      ...{ worstMjpegGapMs: Math.max(0, ...gapsMs), worstRestartMs },
    });
    expect(gapsMs.length).toBeLessThanOrEqual(KILLS);
    for (const gapMs of gapsMs) expect(gapMs).toBeLessThanOrEqual(worstRestartMs);
    expect(movie).toMatchObject({ missing: 0, repeated: 0, unreadable: 0, complaints: '' });
    expect(worstAdoptionMs).toBeLessThanOrEqual(2_000 + lateness.allowanceMs());
    await lateness.close();
    expect(takeCensus([dataDir])).toMatchObject({ processes: 0, zombies: 0 });
    for (const folder of [dataDir, memoryFolder]) await rm(folder, { recursive: true });
  },
);

test(
  'starts, stops and kills leave no process, zombie, port, descriptor or file behind [go2rtc 814, 907, 1390]',
  { timeout: 30_000 + CYCLES * 500 },
  async () => {
    const recorder = await createTinyRecorder();
    const memoryFolder = await mkdtemp('/dev/shm/padelvar-cycles-');
    const lab = await openMatchLab([simulator.courts[0]?.address ?? ''], {
      ...{ memoryFolder, clock: createFastClock(), ffmpegPath: recorder.path },
      // One that is not given back, or is still listened on, is missed by the third session after.
      ports: createPortPool({ firstPort: 18_700, lastPort: 18_702 }),
    });
    let before = takeCensus([]);
    for (let cycle = 0; cycle < CYCLES; cycle += 1) {
      await recorder.setMode('c1', cycle % 5 === 4 ? 'stubborn' : 'well');
      const sessionId = lab.open('c1');
      await lab.reaches(sessionId, 'created');
      lab.start(sessionId);
      await lab.reaches(sessionId, 'recording');
      if (cycle % 3 === 2) killAll(findWriters(lab.folder(sessionId)));
      lab.stop(sessionId);
      await lab.reaches(sessionId, 'complete');
      await lab.until('the final file', () => existsSync(lab.moviePath(sessionId)));
      lab.forget(sessionId);
      // What is opened once and kept, like the connections of the first session, counts as there before.
      if (cycle === 2) before = takeCensus([]);
    }
    expect(await readdir(memoryFolder)).toEqual([]);
    const after = takeCensus([lab.dataDir]);
    await lab.dispose();
    await recorder.dispose();
    const descriptorsLeft = after.descriptors - before.descriptors;
    tellFigures('start, stop, kill', {
      cycles: CYCLES,
      orphans: after.processes,
      zombies: after.zombies,
      descriptorsLeft,
    });
    expect(after).toMatchObject({ processes: 0, zombies: 0 });
    expect(descriptorsLeft).toBeLessThanOrEqual(3);
    expect(await recorder.doubled()).toEqual([]);
  },
);

test("a part's record with the pid of somebody else's process does that process no harm", async () => {
  const folder = await mkdtemp(join(tmpdir(), 'padelvar-stranger-'));
  const stranger = spawn('sleep', ['60'], { stdio: 'ignore' });
  await once(stranger, 'spawn');
  const identity = findProcess(stranger.pid ?? 0);
  if (identity === undefined) throw new Error('expected a process');
  const others = [
    { ...identity, startTicks: identity.startTicks - 1 },
    { ...identity, bootId: '00000000-0000-0000-0000-000000000000' },
  ];
  for (const [index, other] of others.entries())
    await savePartRecord(folder, createPartRecord(index + 1, other));
  await endLeftIngest(folder, systemClock);
  expect(isAlive(identity)).toBe(true);
  stranger.kill('SIGKILL');
  await once(stranger, 'exit');
  expect(stranger.signalCode).toBe('SIGKILL');
  await rm(folder, { recursive: true });
});
