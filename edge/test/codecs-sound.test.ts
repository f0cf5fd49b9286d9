import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CourtOptions } from '../src/simulate/court.ts';
import type { Simulator } from '../src/simulate/simulator.ts';
import { measureBeeps } from './support/beeps.ts';
import { countFrameFaults } from './support/frame-numbers.ts';
import { measureLateness } from './support/machine-lateness.ts';
import type { MachineLateness } from './support/machine-lateness.ts';
import { inspectMovie, openMatchLab } from './support/match-lab.ts';
import type { MatchLab } from './support/match-lab.ts';
import { askMediabunny, askMp4box } from './support/movie-checkers.ts';
import { SMALL_CLIP, startTestCourts, TEST_FFMPEG } from './support/test-courts.ts';

interface Case {
  name: string;
  court: Omit<CourtOptions, 'kind'>;
  /** The camera is away for a while in the middle. */
  drops?: boolean;
}

const MOST_OFFSET_MS = 80;
const CASES: Case[] = [
  { name: 'AAC, reports at once', court: { audio: 'aac' } },
  { name: 'AAC, reports after 2 s', court: { audio: 'aac', firstReportSeconds: 2 } },
  {
    name: 'AAC, reports after 5 s, B-frames',
    court: { audio: 'aac', firstReportSeconds: 5, stream: { bFrames: 2 } },
  },
  { name: 'AAC, no report ever, a gap', court: { audio: 'aac', firstReportSeconds: 'never' }, drops: true },
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

describe('a movie with sound [frigate docs]', () => {
  it.concurrent.each(CASES.map((one, index) => ({ ...one, index })))(
    'has it in step with its picture from beginning to end: $name',
    async ({ index, drops = false }) => {
      const sessionId = lab.open(`c${String(index + 1)}`);
      await lab.reaches(sessionId, 'created');
      lab.start(sessionId);
      await lab.records(sessionId, drops ? 3_000 : 6_000);
      if (drops) {
        await simulator.courts[index]?.setFault({ fault: 'refuse', seconds: 1.5 });
        await lab.until('a gap', () => lab.get(sessionId).report.recording?.gaps.length === 1);
        await lab.records(sessionId, 3_500);
      }
      lab.stop(sessionId);
      await lab.reaches(sessionId, 'complete');
      const path = lab.moviePath(sessionId);
      await lab.until('the final file', () => existsSync(path));
      const { numbers, complaints } = await inspectMovie(path, simulator.clip);
      const { offsetsMs } = await measureBeeps(path, { ffmpegPath: TEST_FFMPEG, clip: simulator.clip });
      expect(complaints).toBe('');
      expect(countFrameFaults(numbers.slice(0, -2))).toMatchObject({
        repeated: 0,
        reordered: 0,
        unreadable: 0,
      });
      expect(offsetsMs.length).toBeGreaterThanOrEqual(5);
      expect(Math.max(...offsetsMs.map(Math.abs))).toBeLessThan(MOST_OFFSET_MS + lateness.allowanceMs());
      for (const witness of [await askMediabunny(path), askMp4box(await readFile(path))])
        expect(witness.frames).toBe(numbers.length);
    },
  );
});
