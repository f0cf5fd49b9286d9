/**
 * The live picture of one session: the newest frame in memory, and whoever looks at it. A viewer holds no frames of
 * its own: it asks for the newest when it has sent the last one, so a slow one skips.
 */
import { AppError } from '@padelvar/shared/errors';
import type { Clock } from '../clock.ts';
import { createPreviewLease, RENEW_MS } from './preview-lease.ts';
import type { PreviewKind, SendLease } from './preview-lease.ts';

export interface PreviewFrame {
  jpeg: Uint8Array;
  /** Monotonic milliseconds at which the camera took it, as far as the device could tell. */
  takenAtMs: number;
}

export interface Viewer {
  /** The newest frame not yet seen, or the next to come; undefined at the end. */
  next(): Promise<PreviewFrame | undefined>;
  close(): void;
}

export interface PreviewChannel {
  /** Answers whether frames are still wanted; one that is not is dropped. */
  push(jpeg: Uint8Array, ageMs: number): boolean;
  watch(): Viewer;
  /** A frame younger than 2 s, waiting up to 3 s for it. */
  snapshot(): Promise<PreviewFrame | undefined>;
  info(): { viewers: number; frameAgeMs: number | null; streaming: boolean };
  /** Ends every viewer. */
  close(): void;
}

export interface PreviewChannelOptions {
  clock: Clock;
  sendLease: SendLease;
  /** Nobody looks any more and no frames are asked for. */
  onIdle: () => void;
}

export const MAX_VIEWERS = 50;
const FRESH_MS = 2_000;
const SNAPSHOT_WAIT_MS = 3_000;
/** Snapshots that follow one another within this are a live view, and get a stream's frames. */
const POLLING_MS = 2_000;
/** A viewer that does not take its frame for this long is gone, whatever its connection says. */
const STUCK_MS = 30_000;

interface Watcher extends Viewer {
  /** Monotonic milliseconds since which it has asked for nothing; undefined while it waits for a frame. */
  busySinceMs: number | undefined;
}

export function createPreviewChannel({ clock, sendLease, onIdle }: PreviewChannelOptions): PreviewChannel {
  const lease = createPreviewLease(clock, sendLease);
  const watchers = new Set<Watcher>();
  const arrivals = new Set<() => void>();
  let newest: PreviewFrame | undefined;
  let lastSnapshotAtMs = -Infinity;
  let cancelTimer = (): void => undefined;

  const ageMs = (frame: PreviewFrame): number => clock.monotonicMs() - frame.takenAtMs;
  const isFresh = (frame: PreviewFrame | undefined): frame is PreviewFrame =>
    frame !== undefined && ageMs(frame) < FRESH_MS;
  const announce = (): void => {
    const waiting = [...arrivals];
    arrivals.clear();
    for (const arrive of waiting) arrive();
  };

  /** Renews while somebody watches, and ends when nothing is asked for. */
  const schedule = (): void => {
    cancelTimer();
    const waitMs = watchers.size > 0 ? RENEW_MS : lease.remainingMs();
    cancelTimer = clock.setTimer(waitMs, () => {
      for (const watcher of [...watchers]) if (isStuck(watcher, clock.monotonicMs())) watcher.close();
      if (watchers.size > 0) lease.renew('stream');
      if (lease.remainingMs() > 0) {
        schedule();
        return;
      }
      newest = undefined;
      onIdle();
    });
  };
  const ask = (kind: PreviewKind): void => {
    lease.ensure(kind);
    schedule();
  };

  const leave = (watcher: Watcher): void => {
    if (!watchers.delete(watcher)) return;
    announce();
    if (watchers.size > 0) return;
    // Frames stop one full lease after the last viewer left, which spares a reloaded page the start.
    lease.renew('stream');
    schedule();
  };

  const createWatcher = (): Watcher => {
    let seen: PreviewFrame | undefined = isFresh(newest) ? undefined : newest;
    const watcher: Watcher = {
      busySinceMs: clock.monotonicMs(),
      close: () => leave(watcher),
      async next() {
        watcher.busySinceMs = undefined;
        while (watchers.has(watcher) && (newest === undefined || newest === seen)) await nextArrival();
        if (!watchers.has(watcher)) return undefined;
        watcher.busySinceMs = clock.monotonicMs();
        return (seen = newest);
      },
    };
    return watcher;
  };
  const nextArrival = (): Promise<void> => new Promise((resolve) => void arrivals.add(resolve));

  return {
    push(jpeg, frameAgeMs) {
      if (lease.remainingMs() === 0) return false;
      newest = { jpeg, takenAtMs: clock.monotonicMs() - frameAgeMs };
      announce();
      return true;
    },
    watch() {
      if (watchers.size >= MAX_VIEWERS) {
        throw new AppError('too_many_requests', `expected at most ${MAX_VIEWERS} viewers of one court`);
      }
      const watcher = createWatcher();
      watchers.add(watcher);
      ask('stream');
      return watcher;
    },
    async snapshot() {
      const nowMs = clock.monotonicMs();
      const isPolling = nowMs - lastSnapshotAtMs < POLLING_MS;
      lastSnapshotAtMs = nowMs;
      ask(isPolling ? 'stream' : 'snapshot');
      if (isFresh(newest)) return newest;
      let isOver = false;
      const cancel = clock.setTimer(SNAPSHOT_WAIT_MS, () => {
        isOver = true;
        announce();
      });
      // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- the timer sets it
      while (!isOver && !isFresh(newest)) await nextArrival();
      cancel();
      return isFresh(newest) ? newest : undefined;
    },
    info: () => ({
      viewers: watchers.size,
      frameAgeMs: newest === undefined ? null : Math.max(0, Math.round(ageMs(newest))),
      streaming: isFresh(newest),
    }),
    close() {
      cancelTimer();
      watchers.clear();
      announce();
    },
  };
}

function isStuck({ busySinceMs }: Watcher, nowMs: number): boolean {
  return busySinceMs !== undefined && nowMs - busySinceMs >= STUCK_MS;
}
