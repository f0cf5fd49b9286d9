import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cutClip, endOf } from '../src/recording/clip.ts';
import { loadSound } from '../src/simulate/clip/sound.ts';
import type { CourtOptions } from '../src/simulate/court.ts';
import type { Simulator } from '../src/simulate/simulator.ts';
import { measureBeeps } from './support/beeps.ts';
import type { Beep } from './support/beeps.ts';
import { isLongRun, tellFigures } from './support/figures.ts';
import { countFrameFaults } from './support/frame-numbers.ts';
import { measureLateness } from './support/machine-lateness.ts';
import type { MachineLateness } from './support/machine-lateness.ts';
import { decodeComplaints, inspectMovie, openMatchLab } from './support/match-lab.ts';
import type { MatchLab } from './support/match-lab.ts';
import {
  askFfprobe,
  askMediabunny,
  askMp4box,
  countRuns,
  findDisagreement,
  readSoundPackets,
} from './support/movie-checkers.ts';
import { SMALL_CLIP, startTestCourts, TEST_FFMPEG } from './support/test-courts.ts';

interface Case {
  name: string;
  court: Omit<CourtOptions, 'kind'>;
  /** The camera is away for a while in the middle. */
  drops?: boolean;
}

const MOST_OFFSET_MS = 80;
/** On a machine that is later than that nothing is said of the offset. */
const MOST_LATE_MS = 500;
/** A frame of sound, by which readers differ. */
const SAME_STEP_MS = 25;
const MORE_CASES: Case[] = [
  { name: 'AAC, reports at once', court: { audio: 'aac' } },
  { name: 'AAC, reports after 2 s', court: { audio: 'aac', firstReportSeconds: 2 } },
];
const CASES: Case[] = [
  ...(isLongRun ? MORE_CASES : []),
  {
    name: 'AAC, reports after 5 s, B-frames',
    court: { audio: 'aac', firstReportSeconds: 5, stream: { bFrames: 2 } },
  },
  { name: 'AAC, no report ever, a gap', court: { audio: 'aac', firstReportSeconds: 'never' }, drops: true },
  { name: 'AAC, B-frames, a gap', court: { audio: 'aac', stream: { bFrames: 2 } }, drops: true },
  { name: 'PCMA, reports after 2 s, a gap', court: { audio: 'pcma', firstReportSeconds: 2 }, drops: true },
  { name: 'PCMU, H.265', court: { audio: 'pcmu', stream: { codec: 'hevc' } } },
];

let simulator: Simulator;
let lab: MatchLab;
let lateness: MachineLateness;

beforeAll(async () => {
  lateness = await measureLateness();
  simulator = await startTestCourts(
    CASES.map(({ court }) => ({ kind: 'rtsp', ...court })),
    SMALL_CLIP,
  );
  lab = await openMatchLab(simulator.courts, { audio: true });
}, 240_000);

afterAll(async () => {
  await lab.dispose();
  await simulator.close();
  await lateness.close();
});

interface MeasuredClip {
  beeps: Beep[];
  complaints: string;
  /** The stretch of the recording that it shows, milliseconds. */
  stretch: [fromMs: number, toMs: number];
}

/** A clip of what is there by now: its sound, and what FFmpeg, mp4box and mediabunny say of it. */
async function measureClip(
  sessionId: string,
  choose: (endMs: number) => MeasuredClip['stretch'],
): Promise<MeasuredClip> {
  const source = await lab.get(sessionId).clipSource();
  if (source === undefined) throw new Error('expected a recording to cut');
  const stretch = choose(endOf(source));
  const { read, totalBytes } = cutClip(source, ...stretch);
  const path = join(lab.dataDir, `${randomUUID()}.mp4`);
  await writeFile(path, await read(0, totalBytes));
  const { beeps } = await measureBeeps(path, { ffmpegPath: TEST_FFMPEG, clip: simulator.clip });
  const complaints = `${await decodeComplaints(path)}${await findDisagreement(path)}`;
  return { beeps, complaints, stretch };
}

const worstOf = (beeps: Beep[]): number => Math.max(...beeps.map(({ offsetMs }) => Math.abs(offsetMs)));
/** Where its pitch can't be told, as of one that a gap cut, a beep is taken for another second's. */
const WRONG_SECOND_MS = 500;
const isOfItsSecond = ({ offsetMs }: Beep): boolean => Math.abs(offsetMs) < WRONG_SECOND_MS;
/** A beep beside a gap may be off by itself. */
const medianOf = (beeps: Beep[]): number =>
  beeps.map(({ offsetMs }) => offsetMs).toSorted((a, b) => a - b)[Math.floor(beeps.length / 2)] ?? NaN;

describe('a movie with sound [frigate docs]', () => {
  it.concurrent.each(CASES.map((one, index) => ({ ...one, index })))(
    'has it in step with its picture from beginning to end: $name',
    async ({ name, court, index, drops = false }) => {
      const sessionId = lab.open(`c${String(index + 1)}`);
      await lab.reaches(sessionId, 'created');
      lab.start(sessionId);
      await lab.records(sessionId, drops ? 3_000 : 6_000);
      if (drops) {
        await simulator.courts[index]?.setFault({ fault: 'refuse', seconds: 1.5 });
        await lab.until('a gap', () => lab.get(sessionId).report.recording?.gaps.length === 1);
        await lab.records(sessionId, 3_500);
      }
      const whileRunning = await measureClip(sessionId, (endMs) => [300, endMs]);
      lab.stop(sessionId);
      await lab.reaches(sessionId, 'complete');
      const path = lab.moviePath(sessionId);
      await lab.until('the final file', () => existsSync(path));
      const { numbers, complaints, excuses } = await inspectMovie(path, simulator.clip);
      const { beeps, unmatched } = await measureBeeps(path, {
        ffmpegPath: TEST_FFMPEG,
        clip: simulator.clip,
      });
      expect(complaints).toBe('');
      expect(countFrameFaults(numbers.slice(0, -2))).toMatchObject({
        repeated: 0,
        reordered: 0,
        unreadable: 0,
        // A camera that was away sent frames to nobody.
        ...(drops ? {} : { missing: 0 }),
      });
      expect(beeps.length).toBeGreaterThanOrEqual(5);
      const ofTheirs = beeps.filter(isOfItsSecond);
      expect(beeps.length - ofTheirs.length).toBeLessThanOrEqual(drops ? 1 : 0);
      const worstMs = worstOf(ofTheirs);
      const lateMs = lateness.allowanceMs(MOST_LATE_MS);
      tellFigures(`sound and picture: ${name}`, { worstMs, unmatched, excuses, lateMs });
      // Cut by the beginning, the end, and each side of a gap.
      expect(unmatched).toBeLessThanOrEqual(drops ? 4 : 2);
      expect(worstMs, lateness.remark(MOST_LATE_MS)).toBeLessThan(MOST_OFFSET_MS + lateMs);
      const replay = await measureClip(sessionId, (endMs) => [endMs - 5_000, endMs]);
      const piece = await measureClip(sessionId, (endMs) => [1_300, endMs - 700]);
      for (const clip of [whileRunning, replay, piece]) {
        expect(clip.complaints).toBe('');
        expect(clip.beeps.length).toBeGreaterThanOrEqual(2);
        expect(clip.beeps.filter((beep) => !isOfItsSecond(beep)).length).toBeLessThanOrEqual(drops ? 1 : 0);
        const clipMs = worstOf(clip.beeps.filter(isOfItsSecond));
        expect(clipMs, lateness.remark(MOST_LATE_MS)).toBeLessThan(
          MOST_OFFSET_MS + lateness.allowanceMs(MOST_LATE_MS),
        );
        // A clip is as much in step as the movie is there: it shows the same samples at the same distances. A camera that
        // comes back without a report need not be in step by as much as before.
        const [fromMs, toMs] = clip.stretch;
        const there = beeps.filter(({ atMs }) => atMs >= fromMs && atMs < toMs);
        expect(Math.abs(medianOf(clip.beeps) - medianOf(there))).toBeLessThan(SAME_STEP_MS);
      }
      const { sound } = await askFfprobe(path);
      expect(sound?.packets).toBeGreaterThan(0);
      for (const witness of [await askMediabunny(path), askMp4box(await readFile(path))])
        expect(witness).toMatchObject({ frames: numbers.length, sound: { packets: sound?.packets } });
      if (court.audio === 'aac') {
        const { packets } = await loadSound(simulator.clip, 'aac', TEST_FFMPEG);
        const runs = countRuns(await readSoundPackets(path), packets);
        // As it was sent, byte for byte: in one run, and one more behind a gap.
        expect(runs).toBeLessThanOrEqual(drops ? 2 : 1);
      }
    },
    // Each is decoded again and again.
    180_000,
  );
});
