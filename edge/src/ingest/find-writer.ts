/** Finds the FFmpeg that writes a part whose record was never written: the daemon died between the two. Linux only. */
import { readFile, readdir } from 'node:fs/promises';
import { findProcess } from '../base/child-process.ts';
import type { ProcessIdentity } from '../base/child-process.ts';

/** The process of this user's whose last argument is that path. */
export async function findWriter(path: string): Promise<ProcessIdentity | undefined> {
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (commandLine.endsWith(`\0${path}\0`)) return findProcess(Number(pid));
  }
  return undefined;
}
