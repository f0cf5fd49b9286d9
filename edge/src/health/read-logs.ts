/** The last lines of the daemon's log and of one FFmpeg log, for support: masked, and small enough for one packet. */
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type DeviceLogs, MAX_LOG_BYTES, MAX_LOG_LINE_CHARACTERS } from '@padelvar/shared/device-answers';
import { AppError } from '@padelvar/shared/errors';
import { parseSessionId } from '@padelvar/shared/ids';
import { takeLastLines } from './last-lines.ts';

export interface LogSources {
  /** Of the daemon, oldest first. */
  recentLines: () => readonly string[];
  dataDir: string;
  /** For all that leaves. */
  mask: (text: string) => string;
}

const SUFFIX = '.ffmpeg.log';
/** What is read of the end of an FFmpeg log. */
const MAX_READ_BYTES = 256 * 1024;

/** `of` is a session's or court's id. AppError `not_found` where that has no FFmpeg log. */
export async function readLogs(
  { lines, of }: { lines: number; of?: string | undefined },
  { recentLines, dataDir, mask }: LogSources,
): Promise<DeviceLogs> {
  const limits = { mostLines: lines, mostBytes: MAX_LOG_BYTES, mostCharacters: MAX_LOG_LINE_CHARACTERS };
  const take = (all: readonly string[]): string[] => takeLastLines(all.slice(-lines).map(mask), limits);
  const daemon = take(recentLines());
  if (of === undefined) return { daemon };
  const folder = join(dataDir, 'logs', 'video');
  const name = await findLog(folder, of);
  if (name === undefined) throw new AppError('not_found', `expected an FFmpeg log of ${of}, found none`);
  return {
    daemon,
    ffmpeg: { name: name.slice(0, -SUFFIX.length), lines: take(await readEnd(join(folder, name))) },
  };
}

/** Of a court the one that was written to last. */
async function findLog(folder: string, of: string): Promise<string | undefined> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => isLogOf(name, of));
  const aged = await Promise.all(
    names.map(async (name) => ({ name, atMs: (await stat(join(folder, name))).mtimeMs })),
  );
  return aged.sort((a, b) => b.atMs - a.atMs)[0]?.name;
}

function isLogOf(name: string, of: string): boolean {
  if (!name.endsWith(SUFFIX)) return false;
  const owner = name.slice(0, -SUFFIX.length);
  return owner === of || parseSessionId(owner)?.courtId === of || owner.startsWith(`warm_${of}_`);
}

/** The lines at the end; the first of them may be the rest of one. */
async function readEnd(path: string): Promise<string[]> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const fromByte = Math.max(0, size - MAX_READ_BYTES);
    const { buffer, bytesRead } = await file.read(
      Buffer.alloc(size - fromByte),
      0,
      size - fromByte,
      fromByte,
    );
    const lines = buffer.toString('utf8', 0, bytesRead).split('\n');
    // Half a secret would pass the mask.
    if (fromByte > 0) lines.shift();
    return lines.filter((line) => line !== '');
  } finally {
    await file.close();
  }
}
