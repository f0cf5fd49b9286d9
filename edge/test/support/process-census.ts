/** Who and what is left of a device on this machine: processes, zombies, descriptors, files. Linux only. */
import { readdirSync, readFileSync } from 'node:fs';

export interface Census {
  /** Processes whose command line names one of the folders. */
  processes: number;
  /** Children of this process that ended and were not waited for. */
  zombies: number;
  /** Open descriptors of this process. */
  descriptors: number;
}

export function takeCensus(folders: readonly string[]): Census {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return {
    processes: pids.filter((pid) => folders.some((folder) => commandLineOf(pid).includes(folder))).length,
    zombies: pids.filter(isOwnZombie).length,
    descriptors: readdirSync('/proc/self/fd').length,
  };
}

/** Pids of those that write a part below that folder. */
export function findWriters(folder: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => new RegExp(`\\0${folder}[^\\0]*part-\\d+\\.mp4\\0$`).test(commandLineOf(pid)))
    .map(Number);
}

function commandLineOf(pid: string): string {
  return read(`/proc/${pid}/cmdline`);
}

function isOwnZombie(pid: string): boolean {
  const stat = read(`/proc/${pid}/stat`);
  const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return state === 'Z' && parent === String(process.pid);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Kills them for real; one may be gone by itself by then. Answers how many were told. */
export function killAll(pids: readonly number[]): number {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
  return pids.length;
}
