import { expect, test } from 'vitest';
import { writeBox, writeFullBox } from '@padelvar/shared/mp4/boxes';
import { findVideoTrack, parseInitSegment } from '@padelvar/shared/mp4/init-segment';
import type { InitSegment } from '@padelvar/shared/mp4/init-segment';
import { createPartIndex, writeFragment, writeInit } from '../../test/support/synthetic-part.ts';
import { decodeSpan, parseFragment, runsOf, startsWithKeyframe } from './fragment.ts';

const INIT_BYTES = writeInit();

function parseInit(): InitSegment {
  const init = parseInitSegment(INIT_BYTES);
  if (init === undefined) throw new Error('expected a whole init segment');
  return init;
}

test('an init segment is unknown until its last byte, and then tells its track', () => {
  for (let cut = 0; cut < INIT_BYTES.byteLength; cut += 13)
    expect(parseInitSegment(INIT_BYTES.subarray(0, cut))).toBeUndefined();
  const init = parseInit();
  expect(init).toMatchObject({ bytes: INIT_BYTES.byteLength, moovOffset: 16 });
  expect(findVideoTrack(init)).toMatchObject({
    ...{ trackId: 1, codec: 'avc1', timescale: 90_000, width: 160, height: 96 },
    defaults: { durationTicks: 3_600, bytes: 100, flags: 0 },
  });
});

test('a fragment tells times, sizes, keyframes and where its bytes lie', () => {
  const { fragments } = createPartIndex(1, 0, [
    { decodeTicks: 0 },
    { decodeTicks: 2 ** 33, keyframe: false },
  ]);
  const [first, second] = fragments;
  if (first === undefined || second === undefined) throw new Error('expected two fragments');
  expect(first.offset).toBe(INIT_BYTES.byteLength);
  expect(second.offset).toBe(first.offset + first.bytes);
  const [run] = runsOf(second, 1);
  expect(run?.offset).toBe(second.offset + second.bytes - 1_200);
  expect(decodeSpan(second, 1)).toEqual({ beginTicks: 2 ** 33, endTicks: 2 ** 33 + 43_200 });
  expect([startsWithKeyframe(first, 1), startsWithKeyframe(second, 1)]).toEqual([true, false]);
  expect(runsOf(second, 2)).toEqual([]);
});

test('what a run does not say comes from the track fragment, else from the init segment', () => {
  const run = writeFullBox('trun', 0, 0x4, [3, 0]);
  const own = writeFullBox('tfhd', 0, 0x20000 | 0x8 | 0x10 | 0x20, [1, 1_800, 55, 0x10000]);
  const parse = (tfhd: Uint8Array): unknown => {
    const moof = writeBox('moof', writeBox('traf', tfhd, writeFullBox('tfdt', 0, 0, [9]), run));
    const [parsed] = parseFragment(moof, parseInit(), 1_000, 2_000).runs;
    return {
      ...{ decodeTicks: parsed?.decodeTicks, durations: [...(parsed?.durations ?? [])] },
      ...{ sizes: [...(parsed?.sizes ?? [])], keyframes: [...(parsed?.keyframes ?? [])] },
    };
  };
  expect(parse(own)).toEqual({
    ...{ decodeTicks: 9, durations: [1_800, 1_800, 1_800], sizes: [55, 55, 55], keyframes: [1, 0, 0] },
  });
  expect(parse(writeFullBox('tfhd', 0, 0x20000, [1]))).toMatchObject({
    ...{ durations: [3_600, 3_600, 3_600], sizes: [100, 100, 100] },
  });
});

test('a track that the init segment does not know is an error', () => {
  const moof = Buffer.from(writeFragment({ decodeTicks: 0 }));
  moof.writeUInt32BE(9, moof.indexOf('tfhd') + 8);
  expect(() => parseFragment(moof, parseInit(), 0, 100)).toThrow('found track 9');
});
