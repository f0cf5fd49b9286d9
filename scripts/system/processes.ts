/** Long-running programs of the demonstration and of the system tests: started, waited for, and ended for certain. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';

const END_MS = 8_000;

export interface Program {
  readonly name: string;
  readonly pid: number;
  /** Resolves with what the program printed once `pattern` is in it. Rejects when it ends before. */
  waitFor(pattern: RegExp, timeoutMs: number): Promise<RegExpMatchArray>;
  /** Resolves with its exit code once it has ended; null where a signal ended it. */
  readonly ended: Promise<number | null>;
  /** SIGTERM, after 8 s SIGKILL. */
  stop(): Promise<void>;
  kill(): Promise<void>;
}

export interface ProgramOptions {
  name: string;
  command: string;
  arguments: readonly string[];
  environment?: Record<string, string>;
  /** Takes what it prints. */
  logPath: string;
}

export function startProgram({
  name,
  command,
  arguments: args,
  environment,
  logPath,
}: ProgramOptions): Program {
  const child = spawn(command, args, {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log = createWriteStream(logPath, { flags: 'a', mode: 0o600 });
  let output = '';
  let failure: Error | undefined;
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data: Buffer) => {
      log.write(data);
      output = (output + data.toString('utf8')).slice(-200_000);
    });
  }
  child.on('error', (error) => (failure = error));
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const hasEnded = (): boolean =>
    failure !== undefined || child.exitCode !== null || child.signalCode !== null;

  async function end(signal: NodeJS.Signals): Promise<void> {
    if (hasEnded()) return;
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), END_MS);
    await ended;
    clearTimeout(timer);
  }

  return {
    name,
    pid: child.pid ?? 0,
    ended,
    async waitFor(pattern, timeoutMs) {
      const match = await poll(timeoutMs, () => {
        const found = pattern.exec(output);
        if (found === null && hasEnded())
          throw new Error(`${name} ended: ${failure?.message ?? output.slice(-2_000)}`);
        return found ?? undefined;
      });
      if (match === undefined)
        throw new Error(
          `${name}: expected ${String(pattern)} within ${String(timeoutMs)} ms, found: ${output.slice(-2_000)}`,
        );
      return match;
    },
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}

/** Looks every 50 ms until there is an answer; undefined after the time-out. */
export async function poll<T>(
  timeoutMs: number,
  look: () => Promise<T | undefined> | T | undefined,
): Promise<T | undefined> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await look();
    if (answer !== undefined || performance.now() > deadline) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A port of this machine that nobody listens on right now. */
export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

export async function tailOf(path: string): Promise<string> {
  return (await readFile(path, 'utf8').catch(() => '')).slice(-3_000);
}
