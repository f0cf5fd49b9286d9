/** The newest picture of one court, in memory: whoever looks gets that one, whoever is slow misses some. */
import type { Clock } from '../base/clock.ts';

export interface HubFrame {
  jpeg: Buffer;
  /** Counts the court's frames from 1; a viewer that remembers it knows what is new. */
  sequence: number;
  /** Monotonic milliseconds at which it came in. */
  atMs: number;
}

export interface FrameHub {
  push(jpeg: Buffer): void;
  /** For a snapshot; does not make its caller a watcher. */
  latest(): { jpeg: Buffer; ageMs: number; sequence: number } | undefined;
  /**
   * The newest frame if it is newer than `afterSequence` (0: any), else the next to come. Frames in between are
   * gone: a viewer holds one frame. Rejects with the signal's reason.
   */
  nextFrame(afterSequence: number, signal: AbortSignal): Promise<HubFrame>;
  /** Counts a watcher until the answer is called (more than once does no harm). */
  watch(): () => void;
  readonly watchers: number;
  /** Told `true` with the first watcher and `false` after the last; the answer ends that. */
  onWatched(listener: (isWatched: boolean) => void): () => void;
}

export function createFrameHub({ clock }: { clock: Clock }): FrameHub {
  let newest: HubFrame | undefined;
  let watchers = 0;
  const waiting = new Set<(frame: HubFrame) => void>();
  const listeners = new Set<(isWatched: boolean) => void>();

  const countWatcher = (change: 1 | -1): void => {
    watchers += change;
    if (watchers !== (change === 1 ? 1 : 0)) return;
    for (const listener of [...listeners]) listener(change === 1);
  };

  return {
    push(jpeg) {
      newest = { jpeg, sequence: (newest?.sequence ?? 0) + 1, atMs: clock.monotonicMs() };
      const served = [...waiting];
      waiting.clear();
      for (const serve of served) serve(newest);
    },
    latest() {
      if (newest === undefined) return undefined;
      const { jpeg, sequence, atMs } = newest;
      return { jpeg, sequence, ageMs: clock.monotonicMs() - atMs };
    },
    nextFrame(afterSequence, signal) {
      if (signal.aborted) return Promise.reject(signal.reason as Error);
      if (newest !== undefined && newest.sequence > afterSequence) return Promise.resolve(newest);
      return waitForFrame(waiting, signal);
    },
    watch() {
      let isWatching = true;
      countWatcher(1);
      return () => {
        if (isWatching) countWatcher(-1);
        isWatching = false;
      };
    },
    get watchers() {
      return watchers;
    },
    onWatched(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

function waitForFrame(waiting: Set<(frame: HubFrame) => void>, signal: AbortSignal): Promise<HubFrame> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      waiting.delete(serve);
      reject(signal.reason as Error);
    };
    const serve = (frame: HubFrame): void => {
      signal.removeEventListener('abort', onAbort);
      resolve(frame);
    };
    waiting.add(serve);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
