/** Simulated courts for tests, their clips made once per machine. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClipSpec } from '../../src/simulate/clip/clip-spec.ts';
import type { CourtOptions } from '../../src/simulate/court.ts';
import { startSimulator, type Simulator } from '../../src/simulate/simulator.ts';

export const TEST_FFMPEG = process.env['PADELVAR_FFMPEG'] ?? 'ffmpeg';
/** The folder that `padelvar-edge simulate` takes by default, so that the demo finds the clip ready. */
export const TEST_CLIP_FOLDER = join(tmpdir(), 'padelvar-clips');

/** For tests of many courts at once: decoding is what takes their time. */
export const SMALL_CLIP = { width: 640, height: 352, bitrateKbit: 1_500 };

/** `clip`: what differs from the default clip, 20 s of 720p25. */
export async function startTestCourts(
  courts: readonly CourtOptions[],
  clip: Partial<ClipSpec> = {},
): Promise<Simulator> {
  return startSimulator({ courts, clip, clipFolder: TEST_CLIP_FOLDER, ffmpegPath: TEST_FFMPEG });
}
