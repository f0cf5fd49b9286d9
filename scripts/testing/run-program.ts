/** A program of the test run: its output is the run's own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

export interface ProgramRun {
  command: string;
  args: readonly string[];
  folder: string;
  environment?: Record<string, string>;
}

/** Its exit code; 1 where a signal ended it. */
export async function runProgram({ command, args, folder, environment = {} }: ProgramRun): Promise<number> {
  const child = spawn(command, args, {
    cwd: folder,
    env: { ...process.env, CI: 'true', ...environment },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}
