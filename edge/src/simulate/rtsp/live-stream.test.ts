import { describe, expect, it } from 'vitest';
import type { VideoStream } from '../clip/stream.ts';
import { packPicture, packSound, toTicks } from './live-stream.ts';

const TRUE_CLOCK = { ppm: 0, offsetSeconds: 0 };

describe('the live stream', () => {
  it('stamps a picture with the time at which it is shown, round after round', () => {
    const nals = [Buffer.from([0x41])];
    const units = [0, 3, 1, 2].map((shown) => ({ nals, isKeyframe: shown === 0, shown }));
    const stream: VideoStream = { codec: 'h264', units, parameterSets: [] };
    const times = [...units, ...units].map((unit, index) => {
      const options = { fps: 25, setsInBand: true };
      return Math.round(packPicture(unit, { index, number: index % 4 }, stream, options).takenAtSeconds * 25);
    });
    expect(times).toEqual([0, 3, 1, 2, 4, 7, 5, 6]);
  });

  it('stamps pictures with the time of the one before where its RTP time stands still', () => {
    const unit = { nals: [Buffer.from([0x41])], isKeyframe: true, shown: 0 };
    const stream: VideoStream = { codec: 'h264', units: [unit], parameterSets: [] };
    const times = Array.from({ length: 10 }, (_, index) => {
      const options = { fps: 25, setsInBand: true, stuck: { every: 5, frames: 2 } };
      return Math.round(packPicture(unit, { index, number: 0 }, stream, options).takenAtSeconds * 25);
    });
    expect(times).toEqual([0, 1, 2, 2, 2, 5, 6, 7, 7, 7]);
  });

  it('neither skips nor repeats a packet of sound', () => {
    const packets = Array.from({ length: 125 }, (_, index) => Buffer.from([index]));
    const sound = { codec: 'aac' as const, sampleRate: 16_000, samplesPerPacket: 1_024, packets };
    const sent = Array.from({ length: 500 }, (_, tick) => packSound(sound, tick, 25)).flat();
    expect(sent.map(({ payloads }) => payloads[0]?.at(-1)?.[0])).toEqual(sent.map((_, index) => index % 125));
    expect(sent.map(({ takenAtSeconds }) => takenAtSeconds)).toEqual(
      sent.map((_, index) => (index * 1_024) / 16_000),
    );
    expect(sent).toHaveLength(Math.ceil((20 * 16_000) / 1_024));
  });

  it('counts RTP time by the camera’s clock', () => {
    expect(toTicks(100, 90_000, TRUE_CLOCK)).toBe(9_000_000);
    expect(toTicks(100, 90_000, { ...TRUE_CLOCK, ppm: 200 })).toBe(9_001_800);
    expect(toTicks(100, 90_000, { ...TRUE_CLOCK, offsetSeconds: -3_600 })).toBe(9_000_000 - 324_000_000);
  });
});
