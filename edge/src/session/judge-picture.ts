/**
 * Whether a camera that sends as it should shows nothing, or always the same. Pure, over the brightness of some pixels of
 * successive pictures. It only ever hints: nothing is stopped or begun by it.
 */
import type { PictureTrouble } from '@padelvar/shared/session';

export interface PictureState {
  /** The first picture of those that look the same. */
  luma: Uint8Array;
  /** How many in a row look the same, this one included. */
  same: number;
  /** How many in a row are dark. */
  dark: number;
}

/** Of 255: black is 0, and the noise of a sensor in the dark stays below this. */
const DARK_LUMA = 24;
const DARK_PART = 0.98;
/** Two: somebody may switch the light on a moment after the camera. */
const BLACK_PICTURES = 2;
/** Pixels of the same thing differ by more through a sensor's noise alone, somewhere in the picture. */
const SAME_LUMA = 1;
/** Three quarters of a minute where they are 15 s apart. */
const FROZEN_PICTURES = 4;

/** Between two looks at a picture, milliseconds. */
export interface LookTimes {
  soonMs: number;
  rarelyMs: number;
}

export interface LooksSoFar {
  looks: number;
  isRecording: boolean;
}

/** Until so many looks found nothing, the next one comes soon: what is wrong is to be known before the match. */
const FIRST_LOOKS = 4;

/** When the next look is due. What may be black or stand still is looked at again soon; a match that is recorded has its players. */
export function planNextLook(
  state: PictureState | undefined,
  { looks, isRecording }: LooksSoFar,
  { soonMs, rarelyMs }: LookTimes,
): number {
  const isDoubtful = state !== undefined && (state.same > 1 || state.dark > 0);
  return isDoubtful || (looks < FIRST_LOOKS && !isRecording) ? soonMs : rarelyMs;
}

/** Takes another picture in; it must be one that the camera has sent since the last. */
export function notePicture(before: PictureState | undefined, luma: Uint8Array): PictureState {
  const isSame = before !== undefined && looksSame(before.luma, luma);
  return {
    luma: isSame ? before.luma : luma,
    same: isSame ? before.same + 1 : 1,
    dark: isDark(luma) ? (before?.dark ?? 0) + 1 : 0,
  };
}

/** What is dark stands still, too: that it is dark says more. */
export function judgePicture({ same, dark }: PictureState): PictureTrouble | undefined {
  if (dark > 0) return dark >= BLACK_PICTURES ? 'black' : undefined;
  return same >= FROZEN_PICTURES ? 'frozen' : undefined;
}

function isDark(luma: Uint8Array): boolean {
  const dark = luma.reduce((count, value) => count + (value <= DARK_LUMA ? 1 : 0), 0);
  return dark >= luma.length * DARK_PART;
}

function looksSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((value, at) => Math.abs(value - (b[at] ?? 0)) <= SAME_LUMA);
}
