/**
 * The live picture of an RTSP court, out of its growing part: no second connection to the camera. A keyframe decoder
 * always keeps the newest picture for snapshots (4 % of a core at 1080p); one for five pictures a second (20 %)
 * runs only while somebody watches.
 */
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { planKeyframeDecoder, planWatchedDecoder, WATCHED_FPS } from './decoder-arguments.ts';
import { keepDecoder, type DecoderKeeper } from './decoder-keeper.ts';
import type { FrameHub } from './frame-hub.ts';
import type { PreviewFragment } from './fragment-queue.ts';
import { createPlayout, type Playout } from './playout.ts';

export interface LivePreviewOptions {
  ffmpegPath: string;
  clock: Clock;
  log: Logger;
  hub: FrameHub;
}

export interface LiveFragment extends PreviewFragment {
  /** Its first sample alone, as a fragment of its own: a third of the bytes, where that is a keyframe. */
  readKeyframe: () => Promise<Buffer>;
}

export interface LivePreview {
  /** A new part began: its init segment (ftyp and moov). */
  partBegan(init: Buffer): void;
  /** One more whole moof and mdat of that part; read only when its bytes are needed. */
  fragment(fragment: LiveFragment): void;
  close(): Promise<void>;
}

/** While watchers' pictures came within this, keyframes' would only jump ahead of them. */
const WATCHED_FRESH_MS = 1_500;
/** Fragments of half a second that may wait for the watchers' decoder. */
const WATCHED_MOST_QUEUED = 4;
/** One fragment's pictures. Watchers are then 0.6 to 0.9 s behind the camera (measured), their fragment included. */
const PLAYOUT_MOST_WAITING = 3;

export function openLivePreview({ ffmpegPath, clock, log, hub }: LivePreviewOptions): LivePreview {
  let init: Buffer | undefined;
  let watched: { decoder: DecoderKeeper; playout: Playout } | undefined;
  let watchedAtMs = -Infinity;
  const closing = new Set<Promise<void>>();
  const common = { ffmpegPath, clock, log };

  const keyframes = keepDecoder({
    ...common,
    name: 'keyframes',
    decoderArguments: planKeyframeDecoder(),
    mostQueued: 1,
    onFrame(jpeg) {
      if (clock.monotonicMs() - watchedAtMs > WATCHED_FRESH_MS) hub.push(jpeg);
    },
  });
  const openWatched = (): { decoder: DecoderKeeper; playout: Playout } => {
    const playout = createPlayout({
      clock,
      intervalMs: 1000 / WATCHED_FPS,
      mostWaiting: PLAYOUT_MOST_WAITING,
      onFrame(jpeg) {
        watchedAtMs = clock.monotonicMs();
        hub.push(jpeg);
      },
    });
    const decoder = keepDecoder({
      ...common,
      name: 'watched',
      decoderArguments: planWatchedDecoder(),
      mostQueued: WATCHED_MOST_QUEUED,
      onFrame: (jpeg) => playout.push(jpeg),
    });
    if (init !== undefined) decoder.begin(init);
    return { decoder, playout };
  };
  const closeWatched = (): void => {
    if (watched === undefined) return;
    watched.playout.close();
    const closed: Promise<void> = watched.decoder.close().finally(() => closing.delete(closed));
    closing.add(closed);
    watched = undefined;
  };
  const onWatched = (isWatched: boolean): void => {
    closeWatched();
    if (isWatched) watched = openWatched();
  };
  const stopListening = hub.onWatched(onWatched);
  onWatched(hub.watchers > 0);

  return {
    partBegan(next) {
      init = next;
      keyframes.begin(next);
      watched?.decoder.begin(next);
    },
    fragment(fragment) {
      if (fragment.startsWithKeyframe)
        keyframes.add({ startsWithKeyframe: true, read: fragment.readKeyframe });
      watched?.decoder.add(fragment);
    },
    async close() {
      stopListening();
      closeWatched();
      await Promise.all([keyframes.close(), ...closing]);
    },
  };
}
