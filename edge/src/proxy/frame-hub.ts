/** The newest picture of one court, in memory: whoever looks gets that one, whoever is slow misses some. */
import type { Clock } from '../base/clock.ts';
import { createInterest } from './interest.ts';
import type { Interest } from './interest.ts';

export interface HubFrame {
  jpeg: Buffer;
  /** Counts the court's frames from 1; a viewer that remembers it knows what is new. */
  sequence: number;
  /** Monotonic milliseconds at which it came in. */
  atMs: number;
}

export interface FrameHub {
  push(jpeg: Buffer): void;
  /** Nothing new will come for a while: what is there would only grow old. */
  forget(): void;
  latest(): { jpeg: Buffer; ageMs: number; sequence: number } | undefined;
  /**
   * The newest frame if it is newer than `afterSequence` (0: any), else the next to come. Frames in between are
   * gone: a viewer holds one frame. Rejects with the signal's reason.
   */
  nextFrame(afterSequence: number, signal: AbortSignal): Promise<HubFrame>;
  /** Who looks at the moving picture: as many a second as there can be. */
  readonly watched: Interest;
  /** Who needs a picture of now; whoever watches does. */
  readonly wanted: Interest;
}

export function createFrameHub({ clock }: { clock: Clock }): FrameHub {
  let newest: HubFrame | undefined;
  let sequence = 0;
  const waiting = new Set<(frame: HubFrame) => void>();
  const [watched, wanted] = [createInterest(), createInterest()];
  let release: (() => void) | undefined;
  watched.onChange((isWatched) => {
    release?.();
    release = isWatched ? wanted.join() : undefined;
  });

  return {
    push(jpeg) {
      sequence += 1;
      newest = { jpeg, sequence, atMs: clock.monotonicMs() };
      const served = [...waiting];
      waiting.clear();
      for (const serve of served) serve(newest);
    },
    forget() {
      newest = undefined;
    },
    latest() {
      if (newest === undefined) return undefined;
      const { atMs, ...frame } = newest;
      return { ...frame, ageMs: clock.monotonicMs() - atMs };
    },
    nextFrame(afterSequence, signal) {
      if (signal.aborted) return Promise.reject(signal.reason as Error);
      if (newest !== undefined && newest.sequence > afterSequence) return Promise.resolve(newest);
      return waitForFrame(waiting, signal);
    },
    watched,
    wanted,
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
