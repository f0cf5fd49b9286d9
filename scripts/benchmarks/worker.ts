/** A part of a benchmark in a Node process of its own, so that its CPU is counted by itself. */
import { fork } from 'node:child_process';
import { once } from 'node:events';

export interface Worker<Message> {
  readonly pid: number;
  send(message: unknown): void;
  /** The next message that `pick` takes; rejects when the worker ends or after `timeoutMs`. */
  receive<T>(pick: (message: Message) => T | undefined, timeoutMs: number): Promise<T>;
  /** Takes away the channel, at which the worker ends by itself; after 10 s it is killed. */
  close(): Promise<void>;
}

const END_MS = 10_000;

export interface WorkerOptions {
  /** Arguments of Node's own, and variables beside those of this process. */
  execArgv?: readonly string[];
  environment?: Readonly<Record<string, string>>;
}

/** `path` is a module that ends when its channel is gone. Ctrl-C is ours to handle, not its. */
export function startWorker<Message>(
  path: string,
  options: unknown,
  signal: AbortSignal,
  { execArgv = [], environment = {} }: WorkerOptions = {},
): Worker<Message> {
  const child = fork(path, [JSON.stringify(options)], {
    detached: true,
    execArgv: [...execArgv],
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const seen: Message[] = [];
  const listeners = new Set<() => void>();
  const wake = (): void => listeners.forEach((listener) => listener());
  child.on('message', (message) => {
    seen.push(message as Message);
    wake();
  });
  child.once('exit', wake);
  signal.addEventListener('abort', wake);
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;

  function take<T>(pick: (message: Message) => T | undefined): T | undefined {
    for (const [index, message] of seen.entries()) {
      const picked = pick(message);
      if (picked === undefined) continue;
      seen.splice(index, 1);
      return picked;
    }
    return undefined;
  }

  return {
    pid: child.pid ?? 0,
    send: (message) => void child.send(message as object),
    receive: (pick, timeoutMs) =>
      new Promise((resolve, reject) => {
        const finish = (act: () => void): void => {
          clearTimeout(timer);
          listeners.delete(look);
          act();
        };
        const look = (): void => {
          const picked = take(pick);
          if (picked !== undefined) finish(() => resolve(picked));
          else if (signal.aborted) finish(() => reject(signal.reason as Error));
          else if (hasEnded()) finish(() => reject(new Error(`${path} ended before its answer`)));
        };
        const timer = setTimeout(() => {
          finish(() => reject(new Error(`expected an answer of ${path} within ${timeoutMs} ms, found none`)));
        }, timeoutMs);
        listeners.add(look);
        look();
      }),
    async close() {
      signal.removeEventListener('abort', wake);
      if (hasEnded()) return;
      const ended = once(child, 'exit');
      if (child.connected) child.disconnect();
      const timer = setTimeout(() => child.kill('SIGKILL'), END_MS);
      await ended;
      clearTimeout(timer);
    },
  };
}
