/**
 * Ends a sending that nobody takes any more. The system takes megabytes at once, however slow the line, so a socket that is
 * quiet for long says nothing: what the far end has acknowledged does.
 */
import type { Socket } from 'node:net';
import { repeat } from '../base/clock.ts';
import type { Clock } from '../base/clock.ts';
import { readUnacknowledged } from './unacknowledged.ts';
import type { Unacknowledged } from './unacknowledged.ts';

export interface SilenceLimits {
  /** So long a far end may acknowledge nothing of what it was sent, milliseconds. */
  silenceMs: number;
  /** The slowest store that is waited for, kbit/s. */
  slowestKbitPerSecond: number;
}

export interface SilenceWatchOptions extends SilenceLimits {
  clock: Clock;
  /** Once there is one. */
  socket: () => Socket | null;
  /** Of the whole that is sent. */
  bytes: number;
  onSilent: (error: Error) => void;
}

/** Looks within the time that is waited, and the longest pause between two of them. */
const LOOKS = 8;
const MAX_LOOK_MS = 5_000;

/** The answer ends it. */
export function watchSilence(options: SilenceWatchOptions): () => Promise<void> {
  const { clock, bytes, silenceMs } = options;
  let [movedAtMs, before] = [clock.monotonicMs(), ''];
  return repeat(clock, Math.min(MAX_LOOK_MS, silenceMs / LOOKS), async () => {
    const socket = options.socket();
    const isConnected = socket !== null && !socket.connecting;
    const left = isConnected ? await readUnacknowledged(socket) : { bytes, isHeldOff: false };
    const now = describe(socket, left);
    if (now !== before) [movedAtMs, before] = [clock.monotonicMs(), now];
    const quietMs = clock.monotonicMs() - movedAtMs;
    if (quietMs >= planPatience(left, bytes, options))
      options.onSilent(new Error(`silent for ${String(Math.round(quietMs))} ms`));
  });
}

/**
 * How long such a sending may stand still, milliseconds. Pure. A far end whose system has everything, or has room for nothing
 * more, may have the whole in its buffers and take it out at its own pace; keep-alive packets find out whether it is there.
 */
export function planPatience(
  left: Unacknowledged | undefined,
  bytes: number,
  { silenceMs, slowestKbitPerSecond }: SilenceLimits,
): number {
  const isWithThem = left === undefined || left.bytes === 0 || left.isHeldOff;
  return isWithThem ? silenceMs + (bytes * 8) / slowestKbitPerSecond : silenceMs;
}

/** What changes while bytes move: what the system took over, and what of it is still to arrive. */
function describe(socket: Socket | null, left: Unacknowledged | undefined): string {
  return [(socket?.bytesWritten ?? 0) - (socket?.writableLength ?? 0), left?.bytes].join(' ');
}
