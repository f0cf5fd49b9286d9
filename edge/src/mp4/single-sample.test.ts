import { expect, test } from 'vitest';
import { readBoxHeader } from '@padelvar/shared/mp4/boxes';
import { parseFragment, startsWithKeyframe } from './fragment.ts';
import { writeSingleSampleHeader } from './single-sample.ts';

test('a fragment of one sample is read back as one keyframe at its place in time', () => {
  const header = writeSingleSampleHeader({
    trackId: 1,
    sequence: 7,
    decodeTicks: 2 ** 33 + 5,
    durationTicks: 3600,
    bytes: 1000,
  });
  const moof = readBoxHeader(header, 0);
  const mdat = readBoxHeader(header, moof?.bytes ?? 0);
  expect([moof?.type, mdat?.type, mdat?.bytes]).toEqual(['moof', 'mdat', 1008]);
  const track = {
    ...{
      trackId: 1,
      handler: 'vide',
      timescale: 90_000,
      sampleDescription: new Uint8Array(),
      codec: 'avc1',
      width: 16,
      height: 16,
    },
    defaults: { durationTicks: 0, bytes: 0, flags: 0 },
  };
  const fragment = parseFragment(
    header.subarray(0, moof?.bytes),
    { bytes: 0, moovOffset: 0, tracks: [track] },
    100,
    header.byteLength + 1000,
  );
  expect(startsWithKeyframe(fragment, 1)).toBe(true);
  expect(fragment.runs[0]).toMatchObject({ decodeTicks: 2 ** 33 + 5, offset: 100 + header.byteLength });
  expect([...(fragment.runs[0]?.sizes ?? [])]).toEqual([1000]);
});
