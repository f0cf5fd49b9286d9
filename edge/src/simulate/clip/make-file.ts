/** A file made once by FFmpeg, whole or absent. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { access, rename, rm } from 'node:fs/promises';
import { AppError } from '@padelvar/shared/errors';

type RunFfmpeg = (arguments_: string[]) => Promise<void>;

/** `make` writes to the path it is given; somebody else may make the same file meanwhile: either is as good. */
export async function makeFile(
  ffmpegPath: string,
  path: string,
  make: (aside: string, run: RunFfmpeg) => Promise<void>,
): Promise<void> {
  if (await exists(path)) return;
  const aside = `${path}.${randomBytes(4).toString('hex')}.new`;
  try {
    await make(aside, (arguments_) => runFfmpeg(ffmpegPath, arguments_));
    await rename(aside, path);
  } finally {
    await rm(aside, { force: true });
  }
}

async function runFfmpeg(ffmpegPath: string, arguments_: string[]): Promise<void> {
  const ffmpeg = spawn(ffmpegPath, arguments_, { stdio: ['ignore', 'ignore', 'pipe'] });
  let complaint = '';
  ffmpeg.stderr.on('data', (text: Buffer) => (complaint = (complaint + text.toString()).slice(-2_000)));
  const [code] = (await once(ffmpeg, 'close')) as [number | null];
  if (code !== 0) {
    throw new AppError('internal', `FFmpeg could not make the simulated court's clip: ${complaint.trim()}`);
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
