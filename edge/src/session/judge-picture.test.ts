import { describe, expect, it } from 'vitest';
import { judgePicture, notePicture, planNextLook } from './judge-picture.ts';
import type { PictureState } from './judge-picture.ts';

const PIXELS = 64 * 36;
const flat = (value: number): Uint8Array => new Uint8Array(PIXELS).fill(value);
/** One pixel is brighter by `by`. */
const spotted = (value: number, by: number): Uint8Array => {
  const luma = flat(value);
  luma[1_000] = value + by;
  return luma;
};

/** What is told after each. */
function judge(pictures: readonly Uint8Array[]): (string | undefined)[] {
  let state: PictureState | undefined;
  return pictures.map((luma) => {
    state = notePicture(state, luma);
    return judgePicture(state);
  });
}

const none = undefined;

describe('a picture', () => {
  it.each([
    [
      'of a match is none to tell of',
      [flat(100), spotted(100, 40), flat(101), spotted(100, 30)],
      [none, none, none, none],
    ],
    ['that is dark twice is black', [flat(3), flat(20), flat(0)], [none, 'black', 'black']],
    ['that is dark once is a camera that begins', [flat(0), flat(90), spotted(90, 9)], [none, none, none]],
    ['in which the light goes on is black no more', [flat(0), flat(0), flat(90)], [none, 'black', none]],
    [
      'that is the same four times stands still',
      [flat(90), flat(90), spotted(90, 1), flat(90)],
      [none, none, none, 'frozen'],
    ],
    [
      'in which one pixel moves does not',
      [flat(90), flat(90), flat(90), spotted(90, 2)],
      [none, none, none, none],
    ],
    [
      'that goes on stands still no more',
      [flat(9), flat(90), flat(90), flat(90), flat(90), spotted(90, 3)],
      [none, none, none, none, 'frozen', none],
    ],
    [
      'that grows brighter slowly does not stand still',
      [flat(90), flat(91), flat(92), flat(93), flat(94)],
      [none, none, none, none, none],
    ],
    [
      'that is dark and still is black',
      Array.from({ length: 5 }, () => flat(0)),
      [none, 'black', 'black', 'black', 'black'],
    ],
  ])('%s', (_name, pictures, told) => {
    expect(judge(pictures)).toEqual(told);
  });

  it('with a light somewhere is not black', () => {
    const lit = flat(0).fill(120, 0, PIXELS * 0.03);
    expect(judge([lit, lit])).toEqual([none, none]);
  });
});

describe('the next look', () => {
  const TIMES = { soonMs: 15, rarelyMs: 300 };

  it('comes soon at first, and then rarely', () => {
    let state: PictureState | undefined;
    const waits = [90, 80, 70, 60, 50, 40].map((value, index) => {
      state = notePicture(state, flat(value));
      return planNextLook(state, { looks: index + 1, isRecording: false }, TIMES);
    });
    expect(waits).toEqual([15, 15, 15, 300, 300, 300]);
    expect(planNextLook(undefined, { looks: 0, isRecording: false }, TIMES)).toBe(15);
  });

  it('comes rarely once a match is recorded', () => {
    expect(planNextLook(notePicture(undefined, flat(90)), { looks: 1, isRecording: true }, TIMES)).toBe(300);
  });

  it.each([
    ['dark', flat(0)],
    ['the same', flat(90)],
  ])('comes soon while the picture is %s', (_what, luma) => {
    const far = { looks: 20, isRecording: true };
    const before = notePicture(undefined, flat(90));
    expect(planNextLook(notePicture(before, luma), far, TIMES)).toBe(15);
    expect(planNextLook(notePicture(notePicture(before, luma), flat(60)), far, TIMES)).toBe(300);
  });
});
