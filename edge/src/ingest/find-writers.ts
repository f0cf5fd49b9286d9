/**
 * Finds the FFmpegs that write parts into a folder: of one whose daemon died before its record was written, and which has not
 * made its file yet, there is nothing else. Linux only; some 2 ms on a machine with 140 processes (measured).
 */
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { findProcess } from '../base/child-process.ts';
import type { ProcessIdentity } from '../base/child-process.ts';

/**
 * By the number of the part. Only this user's, and only those told to write one: whoever reads a part names it too. Of
 * several the first is its writer, the others came out of it.
 */
export function findWriters(folder: string, uid = process.getuid?.()): Map<number, ProcessIdentity> {
  const writers = new Map<number, ProcessIdentity>();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const number = partWrittenBy(pid, folder);
    if (number === undefined || ownerOf(pid) !== uid) continue;
    const writer = findProcess(Number(pid));
    const other = writers.get(number);
    if (writer !== undefined && (other === undefined || writer.startTicks < other.startTicks))
      writers.set(number, writer);
  }
  return writers;
}

/** A part is FFmpeg's last argument, as `ffmpeg-arguments.ts` has it: `-f mp4 <folder>/part-N.mp4`. */
function partWrittenBy(pid: string, folder: string): number | undefined {
  const [option, format, path = ''] = readCommandLine(pid).split('\0').slice(-4, -1);
  if (option !== '-f' || format !== 'mp4' || dirname(path) !== folder) return undefined;
  const number = /^part-([1-9]\d{0,5})\.mp4$/.exec(basename(path))?.[1];
  return number === undefined ? undefined : Number(number);
}

/** Empty of one that is gone. */
function readCommandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

function ownerOf(pid: string): number | undefined {
  return statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid;
}
