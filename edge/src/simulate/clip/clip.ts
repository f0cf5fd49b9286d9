/** A clip on disk: made once by FFmpeg, kept in a folder named after its spec, whole or absent. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { AppError } from '@padelvar/shared/errors';
import { countClipFrames, formatClipName, planClipArguments, type ClipSpec } from './clip-spec.ts';
import { createScene } from './scene/scene.ts';

/** `full` is the clip as asked for, `half` the same frames at half the width and height. */
export type ClipSize = 'full' | 'half';

export interface Clip extends ClipSpec {
  /** Frames in one round of the loop. */
  frames: number;
  folder: string;
}

export interface MakeClipOptions extends ClipSpec {
  ffmpegPath: string;
  /** Where clips are kept; made if it is missing. */
  folder: string;
}

/** The clip of that spec, made now if it isn't there: 20 s of 720p take some 8 s on two cores. */
export async function makeClip({ ffmpegPath, folder, ...spec }: MakeClipOptions): Promise<Clip> {
  const clip = { ...spec, frames: countClipFrames(spec), folder: join(folder, formatClipName(spec)) };
  if (await exists(clip.folder)) return clip;
  await mkdir(folder, { recursive: true });
  const aside = await mkdtemp(`${clip.folder}.new-`);
  try {
    for (const size of ['full', 'half']) await mkdir(join(aside, size));
    await encode(ffmpegPath, spec, aside);
    await renameUnlessThere(aside, clip.folder);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
  return clip;
}

/** Path of one frame as a JPEG. */
export function findStill(clip: Clip, size: ClipSize, frameNumber: number): string {
  return join(clip.folder, size, `${String(frameNumber).padStart(6, '0')}.jpg`);
}

async function encode(ffmpegPath: string, spec: ClipSpec, folder: string): Promise<void> {
  const ffmpeg = spawn(ffmpegPath, planClipArguments(spec, folder), { stdio: ['pipe', 'ignore', 'pipe'] });
  let complaint = '';
  ffmpeg.stderr.on('data', (text: Buffer) => (complaint = (complaint + text.toString()).slice(-2_000)));
  ffmpeg.stdin.on('error', () => undefined);
  await once(ffmpeg, 'spawn').catch((error: unknown) => {
    throw new AppError('internal', `there is no FFmpeg at ${ffmpegPath}`, { cause: error });
  });
  const ended = once(ffmpeg, 'close') as Promise<[number | null]>;
  const [[code]] = await Promise.all([ended, writeFrames(ffmpeg.stdin, spec)]);
  if (code !== 0) {
    throw new AppError('internal', `FFmpeg could not make the simulated court's clip: ${complaint.trim()}`);
  }
}

/** Draws the next frame while FFmpeg takes the one before; stops early if FFmpeg has gone. */
async function writeFrames(stdin: Writable, spec: ClipSpec): Promise<void> {
  const frames = countClipFrames(spec);
  const scene = createScene({ ...spec, frames });
  let taken: Promise<void> = Promise.resolve();
  for (let frameNumber = 0; frameNumber < frames && stdin.writable; frameNumber += 1) {
    const picture = scene.render(frameNumber);
    await taken;
    taken = new Promise((resolve) => stdin.write(picture, () => resolve()));
  }
  await taken;
  stdin.end();
}

/** Somebody else may have made the same clip meanwhile: theirs is as good. */
async function renameUnlessThere(aside: string, folder: string): Promise<void> {
  try {
    await rename(aside, folder);
  } catch (error) {
    if (!(await exists(folder))) throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
