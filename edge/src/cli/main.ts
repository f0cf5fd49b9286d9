/**
 * The room `cli`: the commands of `padelvar-edge`. It parses arguments, wires and prints; everything else is elsewhere.
 */
import { AppError } from '@padelvar/shared/errors';
import { redactText } from '../base/redact.ts';
import { keepCompiled } from './compile-cache.ts';

const COMMANDS: Record<string, { summary: string; load: () => Promise<(argv: string[]) => Promise<void>> }> =
  {
    run: { summary: 'run the daemon', load: loadDaemon },
    enroll: {
      summary: 'make this device known to a portal',
      load: async () => (await import('./enroll.ts')).runEnroll,
    },
    record: {
      summary: 'record one camera into one MP4',
      load: async () => (await import('./record.ts')).runRecord,
    },
    simulate: {
      summary: 'simulated courts to record from',
      load: async () => (await import('./simulate.ts')).runSimulate,
    },
  };

async function loadDaemon(): Promise<() => Promise<void>> {
  keepCompiled(process.env);
  return (await import('./run.ts')).runDaemon;
}

/** Runs one command; the process's exit code is 0, or 1 with one line on standard error. */
export async function main(argv: string[]): Promise<void> {
  const [name = 'help', ...rest] = argv;
  const command = COMMANDS[name];
  if (command === undefined) {
    process.stdout.write(formatHelp());
    process.exitCode = name === 'help' || name === '--help' ? 0 : 1;
    return;
  }
  try {
    await (
      await command.load()
    )(rest);
  } catch (error) {
    process.stderr.write(`padelvar-edge ${name}: ${redactText(messageOf(error))}\n`);
    process.exitCode = 1;
  }
}

function messageOf(error: unknown): string {
  if (error instanceof AppError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function formatHelp(): string {
  const lines = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(10)}${summary}`);
  return `padelvar-edge: the match recorder at the court\n\n${lines.join('\n')}\n`;
}
