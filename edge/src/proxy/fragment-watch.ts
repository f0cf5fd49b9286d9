/** Watchers' pictures out of the growing part: one fragment's at a time, evened out. 0.6 to 0.9 s behind the camera (measured). */
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { planWatchedDecoder, WATCHED_FPS } from './decoder-arguments.ts';
import { keepDecoder } from './decoder-keeper.ts';
import type { DecoderKeeper } from './decoder-keeper.ts';
import { createPlayout } from './playout.ts';

/** Fragments of half a second that may wait for the decoder. */
const MOST_QUEUED = 4;
/** One fragment's pictures. */
const MOST_WAITING = 3;

export interface WatchOptions {
  ffmpegPath: string;
  clock: Clock;
  log: Logger;
  onFrame: (jpeg: Buffer) => void;
}

export function openFragmentWatch(options: WatchOptions): DecoderKeeper {
  const { clock, onFrame } = options;
  const playout = createPlayout({
    clock,
    intervalMs: 1000 / WATCHED_FPS,
    mostWaiting: MOST_WAITING,
    onFrame,
  });
  const decoder = keepDecoder({
    ...options,
    name: 'watched',
    decoderArguments: planWatchedDecoder(),
    mostQueued: MOST_QUEUED,
    onFrame: (jpeg) => playout.push(jpeg),
  });
  return {
    ...decoder,
    close() {
      playout.close();
      return decoder.close();
    },
  };
}
