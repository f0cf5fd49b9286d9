/** Evens out pictures that come in bursts, one burst per fragment, so that a viewer sees them move. */
import type { Clock } from '../base/clock.ts';

export interface Playout {
  push(jpeg: Buffer): void;
  /** Nothing comes out any more. */
  close(): void;
}

export interface PlayoutOptions {
  clock: Clock;
  /** Between two pictures. */
  intervalMs: number;
  /** So many wait at most; then the oldest goes. Bounds how far behind the camera it gets. */
  mostWaiting: number;
  onFrame: (jpeg: Buffer) => void;
}

export function createPlayout({ clock, intervalMs, mostWaiting, onFrame }: PlayoutOptions): Playout {
  const waiting: Buffer[] = [];
  let cancelTimer: (() => void) | undefined;
  const release = (): void => {
    const jpeg = waiting.shift();
    cancelTimer = jpeg === undefined ? undefined : clock.setTimer(intervalMs, release);
    if (jpeg !== undefined) onFrame(jpeg);
  };
  return {
    push(jpeg) {
      waiting.push(jpeg);
      if (waiting.length > mostWaiting) waiting.shift();
      if (cancelTimer === undefined) release();
    },
    close() {
      cancelTimer?.();
      waiting.length = 0;
    },
  };
}
