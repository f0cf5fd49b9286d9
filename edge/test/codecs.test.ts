import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock as clock } from '../src/base/clock.ts';
import type { CourtOptions } from '../src/simulate/court.ts';
import type { Simulator } from '../src/simulate/simulator.ts';
import { countFrameFaults } from './support/frame-numbers.ts';
import { inspectMovie, openMatchLab } from './support/match-lab.ts';
import type { MatchLab } from './support/match-lab.ts';
import { askFfprobe, askMediabunny, askMp4box } from './support/movie-checkers.ts';
import { SMALL_CLIP, startTestCourts } from './support/test-courts.ts';
import { readTimes } from './support/trouble-lab.ts';

const CLEAN = { missing: 0, repeated: 0, reordered: 0, unreadable: 0 };

/** What differs from the common camera, and how many frames at the end may lack others that were not sent yet. */
interface Case {
  name: string;
  court: Omit<CourtOptions, 'kind'>;
  codec?: 'hvc1';
  reordered?: number;
  /** How much of its length may be missing at its end, where its last pictures tell no time; milliseconds. */
  endMs?: number;
}

const CASES: Case[] = [
  { name: 'H.265', court: { stream: { codec: 'hevc' } }, codec: 'hvc1' },
  {
    name: 'H.265 with B-frames',
    court: { stream: { codec: 'hevc', bFrames: 2 } },
    codec: 'hvc1',
    reordered: 2,
  },
  { name: 'H.264 with B-frames', court: { stream: { bFrames: 2 } }, reordered: 2 },
  { name: 'parameter sets in the description alone', court: { parameterSetsInBand: false } },
  {
    name: 'parameter sets in the description alone, H.265',
    court: { stream: { codec: 'hevc' }, parameterSetsInBand: false },
    codec: 'hvc1',
  },
  { name: 'parameter sets in the stream alone', court: { parameterSetsInSdp: false } },
  { name: 'keyframes 10 s apart', court: { stream: { gopFrames: 250 } } },
  {
    name: 'sound that nobody asked for, its first report after 2 s',
    court: { audio: 'aac', firstReportSeconds: 2 },
  },
  {
    name: 'RTP time that each two pictures share',
    court: { stuckStamps: { every: 2, frames: 1 } },
    endMs: 80,
  },
  {
    name: 'RTP time that stands still for 5 of 25 pictures',
    court: { stuckStamps: { every: 25, frames: 5 } },
    endMs: 240,
  },
  {
    name: 'RTP time that stands still for 20 of 50 pictures',
    court: { stuckStamps: { every: 50, frames: 20 } },
    endMs: 840,
  },
];

/** FFmpeg writes nothing before its first keyframe, which comes after the wait for it is over. */
const LATE_COURT: CourtOptions = { kind: 'rtsp', stream: { gopFrames: 250 }, parameterSetsInSdp: false };

let simulator: Simulator;
let lab: MatchLab;

beforeAll(async () => {
  simulator = await startTestCourts(
    [...CASES.map(({ court }) => ({ kind: 'rtsp' as const, ...court })), LATE_COURT],
    SMALL_CLIP,
  );
  lab = await openMatchLab(simulator.courts);
}, 240_000);

afterAll(async () => {
  await lab.dispose();
  await simulator.close();
});

describe('a movie of a court with', () => {
  it.concurrent.each(CASES.map((one, index) => ({ ...one, courtId: `c${String(index + 1)}` })))(
    '$name has every frame once and in order, for four readers',
    async ({ courtId, codec = 'avc1', reordered = 0, endMs = 0 }) => {
      const sessionId = lab.open(courtId);
      await lab.reaches(sessionId, 'created');
      lab.start(sessionId);
      await lab.records(sessionId, 3_500);
      lab.stop(sessionId);
      await lab.reaches(sessionId, 'complete');
      await lab.until('the final file', () => existsSync(lab.moviePath(sessionId)));
      const path = lab.moviePath(sessionId);
      const { numbers, complaints } = await inspectMovie(path, simulator.clip);
      const { recording } = lab.get(sessionId).report;
      const frames = numbers.length;
      const shown = numbers.slice(0, frames - reordered);
      expect(complaints).toBe('');
      expect(countFrameFaults(shown)).toMatchObject(CLEAN);
      expect(recording).toMatchObject({ gaps: [], movie: { codec, frames } });
      const missingMs = frames * 40 - (recording?.movie?.durationMs ?? 0);
      expect(missingMs).toBeGreaterThan(-50);
      expect(missingMs).toBeLessThan(50 + endMs);
      // Stamps of the first pictures that are one tick apart, or the same, are spread.
      for (const { lastsMs } of (await readTimes(path)).slice(0, simulator.clip.gopFrames))
        expect(Math.abs(lastsMs - 40)).toBeLessThan(1);
      const witnesses = [await askFfprobe(path), await askMediabunny(path), askMp4box(await readFile(path))];
      for (const witness of witnesses) expect(witness).toMatchObject({ frames, sound: undefined });
    },
  );
});

it.concurrent(
  'a court whose next keyframe is 9 s away, and its parameter sets with it, is open within 8 s and records from there',
  async () => {
    const court = simulator.courts[CASES.length];
    const courtId = `c${String(CASES.length + 1)}`;
    const first = lab.open(courtId);
    await lab.until('a frame', () => court?.framesSent().length !== 0);
    lab.close(first);
    const { number = 0, sentAtMs = 0 } = court?.framesSent().at(-1) ?? {};
    const placeNow = (): number => (number + Math.floor((clock.monotonicMs() - sentAtMs) / 40)) % 250;
    await lab.reaches(first, 'complete');
    await lab.until('a keyframe just gone', () => placeNow() > 2 && placeNow() < 20);
    const sessionId = lab.open(courtId);
    const fromMs = clock.monotonicMs();
    await lab.reaches(sessionId, 'created');
    process.stdout.write(`open after ${(clock.monotonicMs() - fromMs).toFixed(0)} ms\n`);
    expect(lab.get(sessionId).report.recording).toBeUndefined();
    lab.start(sessionId);
    await lab.records(sessionId, 1_000);
    lab.stop(sessionId);
    await lab.reaches(sessionId, 'complete');
    await lab.until('the final file', () => existsSync(lab.moviePath(sessionId)));
    const movie = await inspectMovie(lab.moviePath(sessionId), simulator.clip);
    expect(movie).toMatchObject({ ...CLEAN, complaints: '' });
    expect((movie.numbers[0] ?? 1) % 250).toBe(0);
  },
);
