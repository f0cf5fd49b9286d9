/** `padelvar-edge simulate`: simulated courts until Ctrl-C, their faults switched over HTTP on this machine. */
import { once } from 'node:events';
import { AppError } from '@padelvar/shared/errors';
import { openControl } from '../simulate/control.ts';
import type { CourtOptions } from '../simulate/court.ts';
import { startSimulator, type Simulator, type SimulatorOptions } from '../simulate/simulator.ts';
import { HELP, parseFlags, planCourts, type Flags } from './simulate-flags.ts';

/** Runs until SIGINT or SIGTERM. */
export async function runSimulate(argv: string[]): Promise<void> {
  if (argv.includes('--help')) {
    process.stdout.write(HELP);
    return;
  }
  const flags = parseFlags(argv);
  const courts = planCourts(flags);
  process.stdout.write('Preparing the clip (once; some seconds) …\n');
  const simulator = await nameFlag(startSimulator(planSimulator(flags, courts)), courts);
  try {
    await serveUntilSignal(simulator, flags);
  } finally {
    await simulator.close();
  }
}

async function serveUntilSignal(simulator: Simulator, flags: Flags): Promise<void> {
  const control = await openControl(simulator.courts, flags['control-port']).catch((error: unknown) => {
    throw withFlag(error, 'control-port');
  });
  const lines = simulator.courts.map(
    ({ kind, address }, index) => `court ${String(index + 1)}  ${kind.padEnd(5)}  ${address}`,
  );
  process.stdout.write(`${lines.join('\n')}\nfaults   POST ${control.url}/courts/1/fault\n`);
  try {
    await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  } finally {
    await control.close();
  }
}

function planSimulator(flags: Flags, courts: CourtOptions[]): SimulatorOptions {
  return { courts, clipFolder: flags['clip-folder'], ffmpegPath: flags.ffmpeg, host: flags.host };
}

/** A taken port names the flag that chooses another. */
async function nameFlag(starting: Promise<Simulator>, courts: CourtOptions[]): Promise<Simulator> {
  try {
    return await starting;
  } catch (error) {
    const index =
      error instanceof AppError ? /^courts\.(\d+)\.port$/.exec(error.field ?? '')?.[1] : undefined;
    const kind = index === undefined ? undefined : courts[Number(index)]?.kind;
    throw kind === undefined ? error : withFlag(error, `${kind}-port`);
  }
}

function withFlag(error: unknown, flag: string): unknown {
  if (!(error instanceof AppError)) return error;
  return new AppError(error.kind, `${error.message}; choose another with --${flag}`, {
    cause: error,
    field: flag,
  });
}
