import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Simulator } from '../src/simulate/simulator.ts';
import { findFastest } from './support/fastest.ts';
import { measureLateness } from './support/machine-lateness.ts';
import { inspectMovie, openMatchLab } from './support/match-lab.ts';
import type { MatchLab } from './support/match-lab.ts';
import { SMALL_CLIP, startTestCourts } from './support/test-courts.ts';
import { readTimes } from './support/trouble-lab.ts';

const FRAME_MS = 40;
/** The stand-in's stamps are exact; a fragment shares out what the clocks differ by. */
const SAME_MS = 1;

let simulator: Simulator;
let lab: MatchLab;

beforeAll(async () => {
  const courts = [
    { kind: 'rtsp', user: 'admin', password: 'canary-pass' },
    ...(['rtsp', 'rtsp', 'rtsp', 'rtsp', 'mjpeg', 'still', 'mjpeg', 'rtsp', 'mjpeg', 'rtsp'] as const).map(
      (kind) => ({
        kind,
      }),
    ),
  ] as const;
  simulator = await startTestCourts(courts, SMALL_CLIP);
  lab = await openMatchLab(simulator.courts);
});

afterAll(async () => {
  await lab.dispose();
  await simulator.close();
});

const court = (number: number): Simulator['courts'][number] => {
  const found = simulator.courts[number - 1];
  if (found === undefined) throw new Error('expected a court');
  return found;
};

test.concurrent('a recording misses no frame and decodes without a complaint', async () => {
  const sessionId = lab.open('c1');
  await lab.reaches(sessionId, 'created');
  lab.start(sessionId);
  await lab.records(sessionId, 6_000);
  lab.stop(sessionId);
  await lab.reaches(sessionId, 'complete');
  await lab.until('the final file', () => existsSync(lab.moviePath(sessionId)));
  const { report } = lab.get(sessionId);
  const movie = await inspectMovie(lab.moviePath(sessionId), simulator.clip);
  expect(report).toMatchObject({ reason: 'player', recording: { gaps: [], growing: false } });
  expect(movie).toMatchObject({ missing: 0, repeated: 0, reordered: 0, unreadable: 0, complaints: '' });
  expect(movie.frames).toBe(report.recording?.movie?.frames);
  expect(movie.frames).toBeGreaterThan(140);
  // FFmpeg stamps the first of them one tick apart, and the one behind them with all their time.
  const times = await readTimes(lab.moviePath(sessionId));
  for (const { lastsMs } of times.slice(0, simulator.clip.gopFrames))
    expect(Math.abs(lastsMs - FRAME_MS)).toBeLessThan(SAME_MS);
  expect(report.recording?.movie?.durationMs).toBeCloseTo(movie.frames * 40, -2);
});

test.concurrent('a dropped connection leaves one movie with one declared gap', async () => {
  const lateness = await measureLateness();
  const sessionId = lab.open('c2');
  await lab.reaches(sessionId, 'created');
  lab.start(sessionId);
  await lab.records(sessionId, 2_500);
  await court(2).setFault({ fault: 'refuse', seconds: 2 });
  await lab.until('the camera to be back', () => lab.get(sessionId).report.recording?.gaps.length === 1);
  await lab.records(sessionId, 2_500);
  lab.stop(sessionId);
  await lab.reaches(sessionId, 'complete');
  await lab.until('the final file', () => existsSync(lab.moviePath(sessionId)));
  const { recording } = lab.get(sessionId).report;
  const movie = await inspectMovie(lab.moviePath(sessionId), simulator.clip);
  const gapMs = (recording?.gaps[0]?.toMs ?? 0) - (recording?.gaps[0]?.fromMs ?? 0);
  expect(recording?.gaps).toHaveLength(1);
  expect(jumps(movie.numbers)).toHaveLength(1);
  expect(movie).toMatchObject({ repeated: 0, reordered: 0, unreadable: 0, complaints: '' });
  // The gap is told within a fragment's length of what is missing.
  const mostOffMs = 500 + lateness.allowanceMs();
  await lateness.close();
  expect(Math.abs(gapMs - movie.missing * 40)).toBeLessThan(mostOffMs);
  expect(Math.abs((recording?.movie?.durationMs ?? 0) - (movie.frames + movie.missing) * 40)).toBeLessThan(
    mostOffMs,
  );
});

test.concurrent('a camera that falls silent is told within 3 s and taken up again', async () => {
  const sessionId = lab.open('c3');
  await lab.reaches(sessionId, 'created');
  lab.start(sessionId);
  await lab.records(sessionId, 1_500);
  const lateness = await measureLateness();
  const silentAtMs = performance.now();
  await court(3).setFault({ fault: 'silence', seconds: 5 });
  await lab.until('silence to be told', () => lab.get(sessionId).report.recording?.growing === false);
  expect(performance.now() - silentAtMs).toBeLessThan(3_300 + lateness.allowanceMs());
  await lateness.close();
  await lab.until('bytes to grow', () => lab.get(sessionId).report.recording?.growing === true);
  lab.stop(sessionId);
  await lab.reaches(sessionId, 'complete');
  await lab.until('the final file', () => existsSync(lab.moviePath(sessionId)));
  const movie = await inspectMovie(lab.moviePath(sessionId), simulator.clip);
  expect(jumps(movie.numbers)).toHaveLength(1);
  expect(lab.get(sessionId).report.recording?.gaps).toHaveLength(1);
  expect(movie).toMatchObject({ repeated: 0, reordered: 0, complaints: '' });
});

test.concurrent('the hard stop ends a recording by itself, and nothing later is kept', async () => {
  const lateness = await measureLateness();
  const sessionId = lab.open('c4');
  await lab.reaches(sessionId, 'created');
  lab.start(sessionId, 3);
  await lab.reaches(sessionId, 'complete');
  const { report } = lab.get(sessionId);
  const lateMs = lateness.allowanceMs();
  await lateness.close();
  expect(report.reason).toBe('duration');
  // Keyframes are 2 s apart, and a camera joined just now has sent none: from the one before the start or behind it, to
  // the fragment that the hard stop falls into.
  expect(report.recording?.movie?.durationMs).toBeGreaterThan(900);
  expect(report.recording?.movie?.durationMs).toBeLessThan(3_000 + 2_000 + 600 + lateMs);
});

test.concurrent('a stop while the camera opens waits for nothing', async () => {
  await court(5).setFault({ fault: 'silence' });
  const stopOnce = async (): Promise<{ ms: number }> => {
    const sessionId = lab.open('c5');
    await lab.reaches(sessionId, 'creating');
    const askedAtMs = performance.now();
    lab.close(sessionId, 'closed');
    await lab.reaches(sessionId, 'complete');
    const ms = performance.now() - askedAtMs;
    expect(existsSync(lab.folder(sessionId))).toBe(false);
    return { ms };
  };
  // The first picture is waited for for seven seconds.
  const { ms } = await findFastest(stopOnce, { promisedMs: 4_000, mostTries: 3 });
  expect(ms).toBeLessThan(4_000);
  await court(5).setFault({ fault: 'none' });
});

test.concurrent(
  'a session that nobody uses is closed, and a stop wins over a start that has not begun',
  async () => {
    const own = await openMatchLab([court(11), court(8)]);
    const orphan = own.open('c1');
    const undecided = own.open('c2');
    await Promise.all([own.reaches(orphan, 'created'), own.reaches(undecided, 'created')]);
    own.start(undecided);
    own.stop(undecided);
    await own.reaches(undecided, 'complete');
    expect(own.manager.closeOrphans(3_600)).toEqual([]);
    expect(own.manager.closeOrphans(0)).toEqual([orphan]);
    await own.reaches(orphan, 'complete');
    expect(own.get(orphan).report.reason).toBe('orphaned');
    expect(own.get(undecided).report).toMatchObject({ reason: 'player' });
    expect(own.get(undecided).report.recording).toBeUndefined();
    expect([orphan, undecided].filter((sessionId) => existsSync(own.folder(sessionId)))).toEqual([]);
    await own.dispose();
  },
);

test.concurrent.each([
  ['MJPEG', 'c6'],
  ['still-image', 'c7'],
])('the frames of a %s court are counted 25 a second', async (_kind, courtId) => {
  const sessionId = lab.open(courtId);
  await lab.reaches(sessionId, 'created');
  lab.start(sessionId);
  lab.start(sessionId);
  await lab.records(sessionId, 4_000);
  lab.stop(sessionId);
  await lab.reaches(sessionId, 'complete');
  await lab.until('the final file', () => existsSync(lab.moviePath(sessionId)));
  const { movie } = lab.get(sessionId).report.recording ?? {};
  const { complaints, reordered, unreadable } = await inspectMovie(lab.moviePath(sessionId), simulator.clip);
  expect({ complaints, reordered, unreadable }).toEqual({ complaints: '', reordered: 0, unreadable: 0 });
  expect(Math.abs((movie?.frames ?? 0) / ((movie?.durationMs ?? 0) / 1000) - 25)).toBeLessThan(1);
});

test.concurrent('an MJPEG camera that falls silent is one movie with one gap once it is back', async () => {
  const sessionId = lab.open('c10');
  await lab.reaches(sessionId, 'created');
  lab.start(sessionId);
  await lab.records(sessionId, 1_500);
  const lateness = await measureLateness();
  const isGrowing = (): boolean => lab.get(sessionId).report.recording?.growing === true;
  const silentAtMs = performance.now();
  // The proxy repeats the newest picture for 3 s, then FFmpeg's output stalls for 2 s and its keeper begins anew.
  await court(10).setFault({ fault: 'silence' });
  await lab.until('silence to be told', () => !isGrowing());
  expect(performance.now() - silentAtMs).toBeLessThan(3_300 + lateness.allowanceMs());
  await new Promise((resolve) => setTimeout(resolve, 8_000 - (performance.now() - silentAtMs)));
  const backAtMs = performance.now();
  await court(10).setFault({ fault: 'none' });
  await lab.until('a gap', () => isGrowing() && lab.get(sessionId).report.recording?.gaps.length === 1);
  expect(performance.now() - backAtMs).toBeLessThan(3_000 + lateness.allowanceMs());
  await lateness.close();
  await lab.records(sessionId, 1_000);
  lab.stop(sessionId);
  await lab.reaches(sessionId, 'complete');
  await lab.until('the final file', () => existsSync(lab.moviePath(sessionId)));
  const { recording } = lab.get(sessionId).report;
  const [gap] = recording?.gaps ?? [];
  expect(recording?.gaps).toHaveLength(1);
  expect((gap?.toMs ?? 0) - (gap?.fromMs ?? 0)).toBeGreaterThan(2_000);
  const { complaints, reordered } = await inspectMovie(lab.moviePath(sessionId), simulator.clip);
  expect({ complaints, reordered }).toEqual({ complaints: '', reordered: 0 });
});

test.concurrent('a mark that the disk does not take ends a start and hinders no stop', async () => {
  const unstarted = lab.open('c11');
  await lab.reaches(unstarted, 'created');
  await mkdir(join(lab.folder(unstarted), 'start.json.new'));
  lab.start(unstarted);
  await lab.until('the start to fail', () => lab.get(unstarted).report.state === 'failed');
  expect(lab.get(unstarted).report.reason).toBe('recorder_failed');
  expect(existsSync(lab.folder(unstarted))).toBe(false);

  const sessionId = lab.open('c11');
  await lab.reaches(sessionId, 'created');
  lab.start(sessionId);
  await lab.records(sessionId, 500);
  await mkdir(join(lab.folder(sessionId), 'stop.json.new'));
  lab.stop(sessionId);
  await lab.reaches(sessionId, 'complete');
  expect(lab.get(sessionId).report.reason).toBe('player');
});

test.concurrent(
  'a recording without a frame fails with that reason, and frames from before it are not kept',
  async () => {
    const sessionId = lab.open('c9');
    await lab.reaches(sessionId, 'created');
    await court(9).setFault({ fault: 'refuse' });
    const lostAtMs = performance.now();
    await lab.until('the connection to be lost', () => performance.now() - lostAtMs > 1_000);
    lab.start(sessionId);
    await lab.reaches(sessionId, 'starting');
    lab.stop(sessionId);
    await lab.until('an end', () => lab.get(sessionId).report.state === 'failed');
    expect(lab.get(sessionId).report).toMatchObject({ state: 'failed', reason: 'no_frames' });
    expect(existsSync(lab.folder(sessionId))).toBe(false);
  },
);

/** Where the numbers do not go on by one. */
function jumps(numbers: readonly number[]): number[] {
  return numbers.filter((number, index) => index > 0 && number !== (numbers[index - 1] ?? 0) + 1);
}
