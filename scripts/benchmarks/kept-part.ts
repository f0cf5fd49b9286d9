/** A long part with real video in a folder of its own, with room beside it for what is made of it. */
import { constants } from 'node:fs';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFfmpeg } from '../../edge/src/base/ffmpeg-program.ts';
import { makeClip } from '../../edge/src/simulate/clip/clip.ts';
import type { Clip } from '../../edge/src/simulate/clip/clip.ts';
import { DEFAULT_CLIP } from '../../edge/src/simulate/clip/clip-spec.ts';
import type { ClipSpec } from '../../edge/src/simulate/clip/clip-spec.ts';
import { makeLongPart } from './long-part.ts';

export interface KeptPart {
  readonly path: string;
  readonly clip: Clip;
  readonly seconds: number;
  /** Goes with the part. */
  makeFolder(): Promise<string>;
  /** A copy that may be changed. */
  copy(): Promise<string>;
  close(): Promise<void>;
}

export async function openLongPart(seconds: number, spec: ClipSpec = DEFAULT_CLIP): Promise<KeptPart> {
  const folder = await mkdtemp(join(tmpdir(), 'padelvar-bench-long-'));
  const close = (): Promise<void> => rm(folder, { recursive: true, force: true });
  const makeFolder = (): Promise<string> => mkdtemp(join(folder, 'beside-'));
  try {
    const ffmpegPath = await findFfmpeg(process.env['PADELVAR_FFMPEG']);
    const clip = await makeClip({ ...spec, ffmpegPath, folder: join(tmpdir(), 'padelvar-clips') });
    const { path } = await makeLongPart(join(folder, 'part'), clip, ffmpegPath, seconds, 'real');
    return {
      ...{ path, clip, seconds, makeFolder, close },
      async copy() {
        const to = join(await makeFolder(), 'part.mp4');
        await copyFile(path, to, constants.COPYFILE_FICLONE);
        return to;
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}
