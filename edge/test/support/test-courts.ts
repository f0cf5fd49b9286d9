/** Simulated courts for tests, all with one clip that is made once per machine. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CourtOptions } from '../../src/simulate/court.ts';
import { startSimulator, type Simulator } from '../../src/simulate/simulator.ts';

export const TEST_FFMPEG = process.env['PADELVAR_FFMPEG'] ?? 'ffmpeg';
/** The folder that `padelvar-edge simulate` takes by default, so that the demo finds the clip ready. */
export const TEST_CLIP_FOLDER = join(tmpdir(), 'padelvar-clips');

export async function startTestCourts(courts: readonly CourtOptions[]): Promise<Simulator> {
  return startSimulator({ courts, clipFolder: TEST_CLIP_FOLDER, ffmpegPath: TEST_FFMPEG });
}
