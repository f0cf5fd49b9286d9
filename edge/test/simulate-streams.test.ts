import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CourtOptions } from '../src/simulate/court.ts';
import type { Simulator } from '../src/simulate/simulator.ts';
import { measureBeeps } from './support/beeps.ts';
import { countFrameFaults, readFrameNumbers } from './support/frame-numbers.ts';
import { measureLateness } from './support/machine-lateness.ts';
import type { MachineLateness } from './support/machine-lateness.ts';
import { SMALL_CLIP, startTestCourts, TEST_FFMPEG } from './support/test-courts.ts';

const CLEAN = { missing: 0, repeated: 0, reordered: 0, unreadable: 0 };
const COURTS: [string, CourtOptions][] = [
  ['H.265', { kind: 'rtsp', stream: { codec: 'hevc' } }],
  ['H.265 with B-frames and AAC', { kind: 'rtsp', stream: { codec: 'hevc', bFrames: 2 }, audio: 'aac' }],
  ['H.264 with B-frames and PCMA', { kind: 'rtsp', stream: { bFrames: 2 }, audio: 'pcma' }],
  ['sets in the description alone, PCMU', { kind: 'rtsp', parameterSetsInBand: false, audio: 'pcmu' }],
];

let simulator: Simulator;
let folder: string;
let lateness: MachineLateness;

beforeAll(async () => {
  lateness = await measureLateness();
  folder = await mkdtemp(join(tmpdir(), 'padelvar-streams-'));
  simulator = await startTestCourts(
    COURTS.map(([, court]) => court),
    SMALL_CLIP,
  );
}, 240_000);

afterAll(async () => {
  await simulator.close();
  await lateness.close();
  await rm(folder, { recursive: true, force: true });
});

describe('a simulated RTSP court', () => {
  it.concurrent.each(COURTS.map(([name], index) => [name, index] as const))(
    'gives FFmpeg every frame, and its sound in step: %s',
    async (_, index) => {
      const path = join(folder, `${String(index)}.mkv`);
      const address = simulator.courts[index]?.address ?? '';
      const ffmpeg = spawn(TEST_FFMPEG, [
        ...['-v', 'error', '-nostdin', '-y', '-rtsp_transport', 'tcp', '-i', address, '-t', '5'],
        ...['-map', '0', '-c', 'copy', path],
      ]);
      expect(await once(ffmpeg, 'close')).toEqual([0, null]);
      const numbers = await readFrameNumbers(path, { ffmpegPath: TEST_FFMPEG, clip: simulator.clip });
      expect(numbers.length).toBeGreaterThan(50);
      // The last two may be shown after others that were not sent yet.
      expect(countFrameFaults(numbers.slice(0, -2))).toMatchObject(CLEAN);
      const { beeps } = await measureBeeps(path, { ffmpegPath: TEST_FFMPEG, clip: simulator.clip });
      if (COURTS[index]?.[1].audio === undefined) expect(beeps).toEqual([]);
      else
        expect(Math.max(...beeps.map(({ offsetMs }) => Math.abs(offsetMs)))).toBeLessThan(
          45 + lateness.allowanceMs(),
        );
    },
  );
});
