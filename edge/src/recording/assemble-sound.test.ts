import { expect, test } from 'vitest';
import type { InitTrack } from '@padelvar/shared/mp4/init-segment';
import type { Fragment, SampleRun } from '../mp4/fragment.ts';
import { assemble } from './assemble.ts';
import type { PartIndex } from './select-fragments.ts';

const [VIDEO, SOUND] = [1, 2];
const [FRAME_TICKS, PACKET_TICKS, SAMPLE_RATE] = [3_600, 1_024, 48_000];
const FRAMES = 12;
/** Each fragment has 0.48 s of both: 22.5 packets, so 22 and 23 in turn. */
const packetsIn = (fragment: number): number => (fragment % 2 === 0 ? 22 : 23);

function createTrack(trackId: number, handler: string, timescale: number, codec: string): InitTrack {
  const size = handler === 'vide' ? { width: 640, height: 352 } : { width: 0, height: 0 };
  const defaults = { durationTicks: 0, bytes: 0, flags: 0 };
  return { trackId, handler, timescale, codec, sampleDescription: new Uint8Array(16), ...size, defaults };
}

function createRun(
  trackId: number,
  decodeTicks: number,
  offset: number,
  count: number,
  ticks: number,
): SampleRun {
  const durations = new Uint32Array(count).fill(ticks);
  const sizes = new Uint32Array(count).fill(100);
  return { trackId, decodeTicks, offset, durations, sizes, keyframes: new Uint8Array(count).fill(1) };
}

/** A part of that many fragments; `hasSound` tells which of them have any. */
function createPart(fragments: number, hasSound: (index: number) => boolean = () => true): PartIndex {
  let offset = 1_000;
  let soundTicks = 0;
  const made = Array.from({ length: fragments }, (_, index): Fragment => {
    const packets = packetsIn(index);
    const video = createRun(VIDEO, index * FRAMES * FRAME_TICKS, offset + 500, FRAMES, FRAME_TICKS);
    const sound = createRun(SOUND, soundTicks, offset + 500 + FRAMES * 100, packets, PACKET_TICKS);
    const bytes = 500 + (FRAMES + packets) * 100;
    const fragment = { offset, bytes, runs: hasSound(index) ? [video, sound] : [video] };
    offset += bytes;
    soundTicks += packets * PACKET_TICKS;
    return fragment;
  });
  const tracks = [
    createTrack(VIDEO, 'vide', 90_000, 'avc1'),
    createTrack(SOUND, 'soun', SAMPLE_RATE, 'mp4a'),
  ];
  return { number: 1, beganMs: 0, init: { bytes: 1_000, moovOffset: 28, tracks }, fragments: made };
}

/** Where each chunk of sound is heard, seconds. */
function soundTimes(part: PartIndex): { atSeconds: number; packets: number }[] {
  const { sound } = assemble([part], { part: 1, offset: 0 }, Infinity);
  let ticks = sound?.delayTicks ?? 0;
  return (sound?.chunks ?? []).map(({ durations }) => {
    const atSeconds = ticks / SAMPLE_RATE;
    for (let index = 0; index < durations.length; index += 1) ticks += durations[index] ?? 0;
    return { atSeconds, packets: durations.length };
  });
}

const FOUR_HOURS = (4 * 3_600) / 0.48;

test('sound lasts as long as its picture, over a match of four hours [go2rtc PR 2308]', () => {
  const times = soundTimes(createPart(FOUR_HOURS));
  expect(times).toHaveLength(FOUR_HOURS);
  expect(times.every(({ packets }, index) => packets === packetsIn(index))).toBe(true);
  const worst = times.map(({ atSeconds }, index) => Math.abs(atSeconds - index * 0.48));
  // Half a packet, by which fragments of sound and picture differ.
  expect(Math.max(...worst)).toBeLessThan(0.011);
});

test('a microphone that falls silent for 20 min takes no picture along, and comes back in step [go2rtc PR 2308]', () => {
  const [from, to] = [1_000, 1_000 + (20 * 60) / 0.48];
  const part = createPart(10_000, (index) => index < from || index >= to);
  const times = soundTimes(part);
  expect(assemble([part], { part: 1, offset: 0 }, Infinity).frames).toBe(10_000 * FRAMES);
  expect(times).toHaveLength(10_000 - (to - from));
  expect(Math.abs((times[from]?.atSeconds ?? 0) - to * 0.48)).toBeLessThan(0.011);
  expect(Math.abs((times.at(-1)?.atSeconds ?? 0) - 9_999 * 0.48)).toBeLessThan(0.011);
});

test.each([1.0002, 0.9998])('a camera whose clock is put right by %f keeps its sound in step', (scale) => {
  const part = { ...createPart(FOUR_HOURS), scale };
  const worst = soundTimes(part).map(({ atSeconds }, index) => Math.abs(atSeconds - index * 0.48 * scale));
  expect(worst).toHaveLength(FOUR_HOURS);
  expect(Math.max(...worst)).toBeLessThan(0.012);
});

test('the first sample of a part, which FFmpeg stamps too early, is heard right before the second', () => {
  const lateTicks = 0.08 * SAMPLE_RATE;
  const { fragments, ...part } = createPart(3);
  const late = fragments.map((fragment, index) => {
    const [video, sound] = fragment.runs;
    if (video === undefined || sound === undefined) throw new Error('expected pictures and sound');
    if (index > 0)
      return { ...fragment, runs: [video, { ...sound, decodeTicks: sound.decodeTicks + lateTicks }] };
    const durations = sound.durations.slice();
    durations[0] = (durations[0] ?? 0) + lateTicks;
    return { ...fragment, runs: [video, { ...sound, durations }] };
  });
  const { sound } = assemble([{ ...part, fragments: late }], { part: 1, offset: 0 }, Infinity);
  expect(sound?.delayTicks).toBe(lateTicks);
  expect(sound?.chunks[0]?.durations[0]).toBe(PACKET_TICKS);
  expect(sound?.chunks[1]?.durations[0]).toBe(PACKET_TICKS);
});
