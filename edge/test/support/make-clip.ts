/** Makes the courts' clip before the tests: files that begin beside each other would each make it, and take twice as long. */
import { makeClip } from '../../src/simulate/clip/clip.ts';
import { DEFAULT_CLIP } from '../../src/simulate/clip/clip-spec.ts';
import { TEST_CLIP_FOLDER, TEST_FFMPEG } from './test-courts.ts';

export async function setup(): Promise<void> {
  await makeClip({ ...DEFAULT_CLIP, ffmpegPath: TEST_FFMPEG, folder: TEST_CLIP_FOLDER });
}
