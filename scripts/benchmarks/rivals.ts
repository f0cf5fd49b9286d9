/** What PadelVar is measured against: bare stream copies, and the decode → MJPEG → x264 pipeline of one court. */
import { spawn } from 'node:child_process';
import type { ChildProcess, StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock as clock } from '../../edge/src/base/clock.ts';
import { mean } from './figures.ts';
import { cpuBetween } from './padelvar-cost.ts';
import { readCost } from './process-cost.ts';
import type { TurnOptions } from './turn.ts';

export interface RivalCost {
  /** CPU seconds per court in the steady state. */
  cpuSeconds: number;
  /** Of one process. */
  rssMiB: number;
}

const QUIET = ['-hide_banner', '-nostdin', '-loglevel', 'fatal'];
const GROWN_BYTES = 64 * 1024;
const GROWN_MS = 20_000;
const SETTLE_MS = 3_000;
const END_MS = 5_000;

/** As many `ffmpeg -c copy` as there are courts. */
export async function runCopies(options: TurnOptions): Promise<RivalCost> {
  return runRival(options, options.courts.addresses.length, (folder) =>
    options.courts.addresses.map((address, index) => {
      const path = join(folder, `copy-${String(index + 1)}.mp4`);
      const child = start(options, [...formatInput(address), '-c', 'copy', path]);
      return { path, processes: [child] };
    }),
  );
}

/** One court decoded, sent on as MJPEG and encoded again. */
export async function runTranscoder(options: TurnOptions): Promise<RivalCost> {
  return runRival(options, 1, (folder) => {
    const path = join(folder, 'transcoded.mp4');
    const decode = ['-c:v', 'mjpeg', '-q:v', '5', '-f', 'mjpeg', 'pipe:1'];
    const encode = [
      '-c:v',
      'libx264',
      '-preset',
      'veryfast',
      '-crf',
      '23',
      '-r',
      '25',
      '-pix_fmt',
      'yuv420p',
    ];
    const decoder = start(
      options,
      [...formatInput(options.courts.addresses[0] ?? ''), ...decode],
      ['ignore', 'pipe', 'inherit'],
    );
    const encoder = start(
      options,
      ['-f', 'mjpeg', '-framerate', '25', '-i', 'pipe:0', ...encode, path],
      [decoder.stdout ?? 'ignore', 'ignore', 'inherit'],
    );
    // The pipe is theirs alone now: the one's end is the other's.
    decoder.stdout?.destroy();
    return [{ path, processes: [decoder, encoder] }];
  });
}

interface Running {
  path: string;
  processes: ChildProcess[];
}

async function runRival(
  options: TurnOptions,
  courts: number,
  begin: (folder: string) => Running[],
): Promise<RivalCost> {
  const folder = join(options.folder, 'rival');
  await mkdir(folder, { recursive: true });
  const running = begin(folder);
  const children = running.flatMap(({ processes }) => processes);
  try {
    await Promise.all(running.map(({ path }) => waitUntilGrown(path, options.signal)));
    await clock.sleep(SETTLE_MS, options.signal);
    const read = (): ReturnType<typeof readCost>[] => {
      const gone = children.find(hasEnded);
      if (gone !== undefined)
        throw new Error(`expected rivals that go on, one ended: ${gone.spawnargs.join(' ')}`);
      return children.map(({ pid }) => readCost(pid ?? 0));
    };
    const before = read();
    await clock.sleep(options.seconds * 1000, options.signal);
    const after = read();
    return {
      cpuSeconds: cpuBetween(before, after) / courts,
      rssMiB: mean(after.map(({ rssMiB }) => rssMiB)),
    };
  } finally {
    // In order: a decoder that lost its reader would complain.
    for (const child of children) await end(child);
    await rm(folder, { recursive: true, force: true });
  }
}

function formatInput(address: string): string[] {
  return ['-rtsp_transport', 'tcp', '-i', address];
}

function start(
  { ffmpegPath }: TurnOptions,
  args: readonly string[],
  stdio: StdioOptions = ['ignore', 'ignore', 'inherit'],
): ChildProcess {
  const child = spawn(ffmpegPath, [...QUIET, ...args], { stdio });
  child.on('error', () => undefined);
  return child;
}

async function waitUntilGrown(path: string, signal: AbortSignal): Promise<void> {
  const deadlineMs = clock.monotonicMs() + GROWN_MS;
  for (;;) {
    const { size } = await stat(path).catch(() => ({ size: 0 }));
    if (size >= GROWN_BYTES) return;
    if (clock.monotonicMs() > deadlineMs)
      throw new Error(`expected ${path} to grow within ${GROWN_MS / 1000} s, found ${size} bytes`);
    await clock.sleep(50, signal);
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || hasEnded(child)) return;
  const ended = once(child, 'exit');
  child.kill('SIGINT');
  const timer = setTimeout(() => child.kill('SIGKILL'), END_MS);
  await ended;
  clearTimeout(timer);
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
