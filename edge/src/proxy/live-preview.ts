/**
 * The live picture of an RTSP court, out of its growing part: no second connection to the camera, and nothing is decoded
 * that nobody looks at. While a picture is wanted, and a while longer, a keyframe decoder keeps the newest one (4 % of a
 * core at 1080p); one for five pictures a second (20 %) runs while somebody watches.
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
/** Whoever took a snapshot often takes another: the next ones come from memory. Milliseconds. */
const LINGER_MS = 30_000;
/** Fragments of half a second that may wait for the watchers' decoder. */
const WATCHED_MOST_QUEUED = 4;
/** One fragment's pictures. Watchers are then 0.6 to 0.9 s behind the camera (measured), their fragment included. */
const PLAYOUT_MOST_WAITING = 3;

export function openLivePreview({ ffmpegPath, clock, log, hub }: LivePreviewOptions): LivePreview {
  let init: Buffer | undefined;
  let newestKeyframe: PreviewFragment | undefined;
  let keyframes: DecoderKeeper | undefined;
  let cancelLinger = (): void => undefined;
  let watched: { decoder: DecoderKeeper; playout: Playout } | undefined;
  let watchedAtMs = -Infinity;
  const closing = new Set<Promise<void>>();
  const common = { ffmpegPath, clock, log };

  const openKeyframes = (): DecoderKeeper => {
    const decoder = keepDecoder({
      ...common,
      name: 'keyframes',
      decoderArguments: planKeyframeDecoder(),
      mostQueued: 1,
      onFrame(jpeg) {
        if (clock.monotonicMs() - watchedAtMs > WATCHED_FRESH_MS) hub.push(jpeg);
      },
    });
    if (init !== undefined) decoder.begin(init);
    // The picture is there at once, not with the camera's next keyframe.
    if (newestKeyframe !== undefined) decoder.add(newestKeyframe);
    return decoder;
  };
  const closeLater = (decoder: DecoderKeeper): void => {
    const closed: Promise<void> = decoder.close().finally(() => closing.delete(closed));
    closing.add(closed);
  };
  const closeKeyframes = (): void => {
    cancelLinger();
    if (keyframes === undefined) return;
    closeLater(keyframes);
    keyframes = undefined;
    hub.forget();
  };
  const onWanted = (isWanted: boolean): void => {
    cancelLinger();
    if (isWanted) keyframes ??= openKeyframes();
    else cancelLinger = clock.setTimer(LINGER_MS, closeKeyframes);
  };
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
    closeLater(watched.decoder);
    watched = undefined;
  };
  const onWatched = (isWatched: boolean): void => {
    closeWatched();
    if (isWatched) watched = openWatched();
  };
  const stopListening = [hub.wanted.onChange(onWanted), hub.watched.onChange(onWatched)];
  if (hub.wanted.count > 0) onWanted(true);
  if (hub.watched.count > 0) onWatched(true);

  return {
    partBegan(next) {
      init = next;
      newestKeyframe = undefined;
      keyframes?.begin(next);
      watched?.decoder.begin(next);
    },
    fragment(fragment) {
      if (fragment.startsWithKeyframe) {
        newestKeyframe = { startsWithKeyframe: true, read: fragment.readKeyframe };
        keyframes?.add(newestKeyframe);
      }
      watched?.decoder.add(fragment);
    },
    async close() {
      for (const stop of stopListening) stop();
      closeWatched();
      closeKeyframes();
      await Promise.all(closing);
    },
  };
}
