/** What a camera with its cap on sees: darkness with the noise of its sensor, as one JPEG beside the clip. */
import { join } from 'node:path';
import { findStill, type Clip } from './clip.ts';
import { makeFile } from './make-file.ts';

export function findBlackStill(clip: Clip): string {
  return join(clip.folder, 'black.jpg');
}

/** Does nothing where it is there. */
export async function makeBlackStill(clip: Clip, ffmpegPath: string): Promise<void> {
  await makeFile(ffmpegPath, findBlackStill(clip), (aside, run) =>
    run([
      ...['-hide_banner', '-loglevel', 'error', '-nostdin', '-y', '-i', findStill(clip, 'full', 0)],
      ...['-vf', 'drawbox=color=black:t=fill,noise=alls=6:allf=t', '-frames:v', '1', '-f', 'mjpeg', aside],
    ]),
  );
}
