/**
 * Child processes: who they are (so that a pid is never mistaken for a stranger's) and how they are ended.
 * Linux only: identity is read from /proc.
 */
import { readFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import type { Clock } from './clock.ts';

/** A process across daemon restarts: alive means same boot, same pid, same start time, and not a zombie. */
export interface ProcessIdentity {
  bootId: string;
  pid: number;
  /** Clock ticks since boot, field 22 of /proc/<pid>/stat. */
  startTicks: number;
}

/** For what may wait while recordings need the processor. */
export function lowerPriority(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_LOW);
  } catch {
    // It has ended already.
  }
}

/** Delays between the rungs of the stop ladder, milliseconds. Measured: a healthy FFmpeg ends 36 ms after SIGINT. */
export const SIGTERM_AFTER_MS = 500;
export const SIGKILL_AFTER_MS = 2_000;
const POLL_MS = 20;

export function readBootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

/** The identity of a running process, or undefined where there is none. */
export function findProcess(pid: number): ProcessIdentity | undefined {
  const stat = readStat(pid);
  return stat === undefined || stat.state === 'Z'
    ? undefined
    : { bootId: readBootId(), pid, startTicks: stat.startTicks };
}

export function isAlive(identity: ProcessIdentity): boolean {
  const stat = readStat(identity.pid);
  return (
    stat !== undefined &&
    stat.state !== 'Z' &&
    stat.state !== 'X' &&
    stat.startTicks === identity.startTicks &&
    readBootId() === identity.bootId
  );
}

/** SIGINT, after 0.5 s SIGTERM, 2 s later SIGKILL. Resolves with the signal that ended it, once it is gone. */
export async function stopProcess(clock: Clock, identity: ProcessIdentity): Promise<NodeJS.Signals> {
  const ladder = [
    ['SIGINT', SIGTERM_AFTER_MS],
    ['SIGTERM', SIGKILL_AFTER_MS],
    ['SIGKILL', Number.POSITIVE_INFINITY],
  ] as const;
  for (const [signal, graceMs] of ladder) {
    if (!isAlive(identity)) return signal;
    sendSignal(identity.pid, signal);
    if (await waitForEnd(clock, identity, graceMs)) return signal;
  }
  return 'SIGKILL';
}

/** Whether it ended within that time. */
export async function waitForEnd(clock: Clock, identity: ProcessIdentity, graceMs: number): Promise<boolean> {
  const deadlineMs = clock.monotonicMs() + graceMs;
  while (isAlive(identity)) {
    if (clock.monotonicMs() >= deadlineMs) return false;
    await clock.sleep(POLL_MS);
  }
  return true;
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function readStat(pid: number): { state: string; startTicks: number } | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The command name (field 2) may hold spaces and parentheses: count from its last parenthesis.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, startTicks] = [fields[0], fields[19]];
  return state === undefined || startTicks === undefined
    ? undefined
    : { state, startTicks: Number(startTicks) };
}
