/** A program of the test run: its output is the run's own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

export interface ProgramRun {
  command: string;
  args: readonly string[];
  folder: string;
  environment?: Record<string, string>;
  /** Kills it. */
  signal?: AbortSignal;
}

/** Its exit code; 1 where a signal ended it. */
export async function runProgram(run: ProgramRun): Promise<number> {
  const { command, args, folder, environment = {}, signal } = run;
  const child = spawn(command, args, {
    cwd: folder,
    env: { ...process.env, CI: 'true', ...environment },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  signal?.addEventListener('abort', () => void child.kill('SIGKILL'));
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}
