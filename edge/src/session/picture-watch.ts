/**
 * Looks at an open session's picture now and then: at its camera's newest one, which has been sent anyway. A look is one
 * FFmpeg for one keyframe, at the lowest priority; between two of them nothing is decoded.
 */
import type { PictureTrouble } from '@padelvar/shared/session';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { takeLumaSample } from '../proxy/luma-sample.ts';
import type { CodedPicture } from '../proxy/luma-sample.ts';
import { judgePicture, notePicture, planNextLook } from './judge-picture.ts';
import type { LookTimes, PictureState } from './judge-picture.ts';

/** The newest picture that a camera has sent. */
export interface NewestPicture {
  /** Another picture has another one. */
  key: unknown;
  read(): Promise<CodedPicture>;
}

export interface PictureWatchOptions {
  ffmpegPath: string;
  clock: Clock;
  logger: Logger;
  newest: () => NewestPicture | undefined;
  isRecording: () => boolean;
  /** What it looks like is something else now. */
  onChange: (trouble: PictureTrouble | undefined) => void;
  /** For tests. */
  lookTimes?: LookTimes | undefined;
  /** Ends it. */
  signal: AbortSignal;
}

/**
 * Measured with FFmpeg 5.1: a look takes 0.12 s of a processor for a keyframe of 1080p and 0.09 s for a JPEG. In a court's
 * first minute before a match that is 0.8 % of a core, 0.04 % else: a bare copy of such a court costs 0.5 %.
 */
const LOOK_TIMES: LookTimes = { soonMs: 15_000, rarelyMs: 300_000 };

/** Resolves when it has ended; never rejects. */
export async function watchPicture(options: PictureWatchOptions): Promise<void> {
  const {
    newest,
    isRecording,
    onChange,
    signal,
    clock,
    logger,
    ffmpegPath,
    lookTimes = LOOK_TIMES,
  } = options;
  let state: PictureState | undefined;
  let told: PictureTrouble | undefined;
  let seenKey: unknown;
  let looks = 0;
  const look = async (): Promise<void> => {
    const picture = newest();
    // A camera that has fallen silent shows nothing new: that is told of otherwise.
    if (picture === undefined || picture.key === seenKey) return;
    seenKey = picture.key;
    const luma = await takeLumaSample({ ffmpegPath, picture: await picture.read(), signal });
    state = notePicture(state, luma);
    looks += 1;
    const found = judgePicture(state);
    if (found === told || signal.aborted) return;
    told = found;
    logger.info({ picture: found ?? 'ok' }, 'picture looked at');
    onChange(found);
  };
  while (!signal.aborted) {
    // Its bytes may be given up by then, or FFmpeg fail: the next look is another picture's.
    await look().catch((error: unknown) => {
      if (!signal.aborted) logger.debug({ err: error }, 'picture could not be looked at');
    });
    await clock
      .sleep(planNextLook(state, { looks, isRecording: isRecording() }, lookTimes), signal)
      .catch(() => undefined);
  }
}
