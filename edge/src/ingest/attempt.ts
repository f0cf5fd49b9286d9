/**
 * One FFmpeg, detached, so that it outlives the daemon. Its log goes to a file in memory: FFmpeg prints the
 * camera's password on a failed connection, and only a masked copy may reach the disk.
 */
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { Clock } from '../base/clock.ts';
import { findProcess, isAlive, stopProcess, waitForEnd } from '../base/child-process.ts';
import type { ProcessIdentity } from '../base/child-process.ts';

export interface AttemptOptions {
  ffmpegPath: string;
  arguments: readonly string[];
  /** File in memory that takes standard error, appended, mode 0600. */
  logPath: string;
  clock: Clock;
}

export interface Attempt {
  readonly process: ProcessIdentity;
  isAlive(): boolean;
  /** Resolves once it is gone; never of one that was adopted. */
  readonly gone: Promise<void>;
  /** Exit code or signal, for the log alone: FFmpeg ends with 0 after a stall. Unknown of one that was adopted. */
  exit(): number | NodeJS.Signals | undefined;
  /** Waits that long at most; whether it has ended. */
  waitForEnd(ms: number): Promise<boolean>;
  /** Ladder SIGINT, SIGTERM, SIGKILL; resolves with the signal it took once the process is gone. */
  stop(): Promise<NodeJS.Signals>;
}

/** Starts FFmpeg; undefined where it was gone before it could be identified. Throws where it can't be started. */
export async function startAttempt(options: AttemptOptions): Promise<Attempt | undefined> {
  const log = openSync(options.logPath, 'a', 0o600);
  try {
    const child = spawn(options.ffmpegPath, options.arguments, {
      detached: true,
      stdio: ['ignore', 'ignore', log],
    });
    child.unref();
    let exit: number | NodeJS.Signals | undefined;
    const gone = new Promise<void>((resolve) => {
      child.once('exit', (code, signal) => {
        exit = code ?? signal ?? undefined;
        resolve();
      });
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    const identity = child.pid === undefined ? undefined : findProcess(child.pid);
    if (identity === undefined) return undefined;
    // A child of ours tells by itself; asking /proc at each look is for adopted ones.
    const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
    return { ...adoptAttempt(identity, options.clock), isAlive: isRunning, gone, exit: () => exit };
  } finally {
    closeSync(log);
  }
}

/** An FFmpeg that runs already, ours by its identity. */
export function adoptAttempt(identity: ProcessIdentity, clock: Clock): Attempt {
  return {
    process: identity,
    isAlive: () => isAlive(identity),
    gone: new Promise(() => undefined),
    exit: () => undefined,
    waitForEnd: (ms) => waitForEnd(clock, identity, ms),
    stop: () => stopProcess(clock, identity),
  };
}
