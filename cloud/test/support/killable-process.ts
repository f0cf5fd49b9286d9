/** A program of the tests in a process of its own, to be ended by SIGKILL and started again as often as wanted. */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

export interface KillableProcess {
  /** SIGKILL; the next process at once. Resolves when that has said that it is ready. */
  kill(): Promise<void>;
  /** What it says beside that. */
  onMessage(listener: (message: unknown) => void): void;
  close(): Promise<void>;
}

/** What a program sends its parent when it works. */
export const READY = 'ready';

/** `settings` reach the program as JSON, its only argument. */
export async function startKillable(program: string, settings: unknown): Promise<KillableProcess> {
  const listeners = new Set<(message: unknown) => void>();
  const start = async (): Promise<ChildProcess> => {
    const child = fork(program, [JSON.stringify(settings)], { execArgv: [] });
    child.on('message', (message) => {
      for (const listener of listeners) listener(message);
    });
    const ended = once(child, 'exit').then(([code]) => {
      throw new Error(`expected ${program} to work, it ended with ${String(code)}`);
    });
    const ready = new Promise((resolve) => {
      child.on('message', (message) => {
        if (message === READY) resolve(undefined);
      });
    });
    ended.catch(() => undefined);
    await Promise.race([ready, ended]);
    return child;
  };
  let child = await start();
  const end = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  return {
    async kill() {
      await end();
      child = await start();
    },
    onMessage: (listener) => void listeners.add(listener),
    close: end,
  };
}
