/** What processes cost, read from /proc: CPU seconds and resident memory. Linux only. */
import { readFileSync, readdirSync } from 'node:fs';

/** Ticks of /proc a second: USER_HZ, 100 on every Linux of today. */
const TICKS_PER_SECOND = 100;

export interface ProcessCost {
  pid: number;
  /** User and system time of all its threads. */
  cpuSeconds: number;
  /** The same of children that ended and were waited for. */
  childrenCpuSeconds: number;
  rssMiB: number;
}

/**
 * Proportional set size: what is shared, as FFmpeg's libraries are among all FFmpegs, is divided by those who share it. The
 * sum over processes is what they take of the machine. Throws where the process is gone.
 */
export function readPssMiB(pid: number): number {
  const pss = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${String(pid)}/smaps_rollup`, 'utf8'))?.[1];
  return Number(pss ?? 0) / 1024;
}

/** Throws where the process is gone. */
export function readCost(pid: number): ProcessCost {
  const fields = readFields(pid);
  const ticks = (index: number): number => Number(fields[index] ?? 0) / TICKS_PER_SECOND;
  const rss = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1];
  return {
    pid,
    // Fields 14 to 17 of proc(5), counted here from the state, which is field 3.
    cpuSeconds: ticks(11) + ticks(12),
    childrenCpuSeconds: ticks(13) + ticks(14),
    rssMiB: Number(rss ?? 0) / 1024,
  };
}

/** Living children of a process, with their command lines. */
export function listChildren(parentPid: number): { pid: number; commandLine: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const fields = readFields(Number(name));
        if (fields[0] === 'Z' || Number(fields[1]) !== parentPid) return [];
        const commandLine = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return [{ pid: Number(name), commandLine }];
      } catch {
        // It ended while we looked.
        return [];
      }
    });
}

/** Fields of /proc/<pid>/stat behind the command name, which may hold anything. */
function readFields(pid: number): string[] {
  const text = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}
