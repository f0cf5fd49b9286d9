/**
 * The live picture of an RTSP court, out of its growing part: no second connection to the camera, and nothing is decoded
 * that nobody looks at. While a picture is wanted, and a while longer, a keyframe decoder keeps the newest one (4 % of a
 * core at 1080p); one for five pictures a second (20 %) runs while somebody watches, out of the low-delay output where the
 * court has one and something comes of it, else out of the part.
 */
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { planKeyframeDecoder } from './decoder-arguments.ts';
import { keepDecoder, type DecoderKeeper } from './decoder-keeper.ts';
import type { PreviewFragment } from './fragment-queue.ts';
import { openFragmentWatch } from './fragment-watch.ts';
import type { FrameHub } from './frame-hub.ts';
import { openLowDelayWatch, type LowDelayWatch } from './low-delay-watch.ts';

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
  /** A new part began: its init segment (ftyp and moov), and the port to which its FFmpeg sends the same as it comes. */
  partBegan(init: Buffer, lowDelayPort?: number): void;
  /** One more whole moof and mdat of that part; read only when its bytes are needed. */
  fragment(fragment: LiveFragment): void;
  close(): Promise<void>;
}

/** While watchers' pictures came within this, keyframes' would only jump ahead of them. */
const WATCHED_FRESH_MS = 1_500;
/** Whoever took a snapshot often takes another: the next ones come from memory. Milliseconds. */
const LINGER_MS = 30_000;
/** Without a picture of the low-delay output for this long, the part has to do until there is one again. */
const LOW_DELAY_FRESH_MS = 2_000;

export function openLivePreview({ ffmpegPath, clock, log, hub }: LivePreviewOptions): LivePreview {
  let init: Buffer | undefined;
  let newestKeyframe: PreviewFragment | undefined;
  let keyframes: DecoderKeeper | undefined;
  let cancelLinger = (): void => undefined;
  let lowDelayPort: number | undefined;
  let lowDelay: LowDelayWatch | undefined;
  let cancelStale = (): void => undefined;
  let watched: DecoderKeeper | undefined;
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
  const closeLater = (decoder: Pick<DecoderKeeper, 'close'>): void => {
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
  const show = (jpeg: Buffer): void => {
    watchedAtMs = clock.monotonicMs();
    hub.push(jpeg);
  };
  const openWatched = (): void => {
    watched ??= openFragmentWatch({ ...common, onFrame: show });
    if (init !== undefined) watched.begin(init);
  };
  const closeWatched = (): void => {
    if (watched !== undefined) closeLater(watched);
    watched = undefined;
  };
  const showLowDelay = (jpeg: Buffer): void => {
    closeWatched();
    cancelStale();
    cancelStale = clock.setTimer(LOW_DELAY_FRESH_MS, openWatched);
    show(jpeg);
  };
  const closeLowDelay = (): void => {
    cancelStale();
    if (lowDelay !== undefined) closeLater(lowDelay);
    lowDelay = undefined;
  };
  const openLowDelay = (): void => {
    closeLowDelay();
    if (lowDelayPort !== undefined)
      lowDelay = openLowDelayWatch({ ...common, port: lowDelayPort, onFrame: showLowDelay });
  };
  const onWatched = (isWatched: boolean): void => {
    if (isWatched) {
      openWatched();
      openLowDelay();
    } else {
      closeLowDelay();
      closeWatched();
    }
  };
  const stopListening = [hub.wanted.onChange(onWanted), hub.watched.onChange(onWatched)];
  if (hub.wanted.count > 0) onWanted(true);
  if (hub.watched.count > 0) onWatched(true);

  return {
    partBegan(next, port) {
      [init, lowDelayPort] = [next, port];
      newestKeyframe = undefined;
      keyframes?.begin(next);
      if (hub.watched.count > 0) onWatched(true);
    },
    fragment(fragment) {
      if (fragment.startsWithKeyframe) {
        newestKeyframe = { startsWithKeyframe: true, read: fragment.readKeyframe };
        keyframes?.add(newestKeyframe);
      }
      watched?.add(fragment);
    },
    async close() {
      for (const stop of stopListening) stop();
      onWatched(false);
      closeKeyframes();
      await Promise.all(closing);
    },
  };
}
