/** What a camera shows is looked at while a match goes on: real FFmpeg, real cameras' pictures, nothing of the match lost. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FaultName } from '../src/simulate/fault.ts';
import type { Simulator } from '../src/simulate/simulator.ts';
import { openMatchLab } from './support/match-lab.ts';
import type { MatchLab } from './support/match-lab.ts';
import { SMALL_CLIP, startTestCourts } from './support/test-courts.ts';

const KINDS = ['rtsp', 'mjpeg', 'still'] as const;
/** A keyframe comes every 0.4 s, so each look finds another. */
const KEYFRAMES = { gopFrames: 10 };
const LOOK_MS = 500;

let simulator: Simulator;
let lab: MatchLab;

beforeAll(async () => {
  const courts = KINDS.map((kind) => (kind === 'rtsp' ? { kind, stream: KEYFRAMES } : { kind, fps: 10 }));
  simulator = await startTestCourts(courts, SMALL_CLIP);
  lab = await openMatchLab(simulator.courts, {
    lookTimes: { soonMs: LOOK_MS, rarelyMs: 2 * LOOK_MS },
  });
});

afterAll(async () => {
  await lab.dispose();
  await simulator.close();
});

test.concurrent.each(KINDS)(
  'the court’s picture is black or frozen and everybody knows, though the match of its %s camera goes on [Trace help]',
  async (kind) => {
    const index = KINDS.indexOf(kind);
    const court = simulator.courts[index];
    if (court === undefined) throw new Error(`expected a court for ${kind}`);
    const sessionId = lab.open(`c${String(index + 1)}`);
    await lab.reaches(sessionId, 'created');
    const looksLike = (): string | undefined => lab.get(sessionId).report.picture;
    const until = async (fault: FaultName, picture: string | undefined): Promise<void> => {
      await court.setFault({ fault });
      await lab.until(`a picture that is ${String(picture)}`, () => looksLike() === picture, 100_000);
    };
    await until('black', 'black');
    lab.start(sessionId);
    await until('none', undefined);
    // As many looks as it takes to call a picture frozen, and one more.
    await lab.records(sessionId, 5 * LOOK_MS);
    expect(looksLike()).toBeUndefined();
    await until('frozen', 'frozen');
    await until('black', 'black');
    expect(lab.get(sessionId).report).toMatchObject({ state: 'recording', recording: { growing: true } });
    lab.stop(sessionId);
    await lab.reaches(sessionId, 'complete');
    const { report } = lab.get(sessionId);
    expect(report.picture).toBeUndefined();
    expect(report.recording?.gaps).toEqual([]);
  },
  600_000,
);
