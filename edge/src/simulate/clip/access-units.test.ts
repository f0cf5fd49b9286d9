import { describe, expect, it } from 'vitest';
import { dropParameterSets, findParameterSets, parseAccessUnits } from './access-units.ts';

const SPS = [0x67, 0x4d, 0x40];
const PPS = [0x68, 0xee];
const IDR = [0x65, 0x88, 1];
const SLICE = [0x41, 0x9a, 2];
const [HEVC_VPS, HEVC_SPS, HEVC_PPS] = [
  [0x40, 1, 7],
  [0x42, 1, 8],
  [0x44, 1, 9],
] as const;
const HEVC_IDR = [0x28, 1, 1];
const HEVC_SLICE = [0x02, 1, 2];

const joined = (...nals: (readonly number[])[]): Buffer =>
  Buffer.from(nals.flatMap((nal) => [0, 0, 0, 1, ...nal]));
const list = (nals: readonly Buffer[] | undefined): number[][] | undefined => nals?.map((nal) => [...nal]);

describe('access units', () => {
  const units = parseAccessUnits(
    Buffer.from([0, 0, 0, 1, ...SPS, 0, 0, 0, 1, ...PPS, 0, 0, 1, ...IDR, 0, 0, 0, 1, ...SLICE]),
  );

  it('hold one picture each, with the parameter sets before it', () => {
    expect(units.map(({ nals }) => list(nals))).toEqual([[SPS, PPS, IDR], [SLICE]]);
    expect(units.map(({ isKeyframe }) => isKeyframe)).toEqual([true, false]);
  });

  it('name their parameter sets, or nothing where there are none', () => {
    expect(list(findParameterSets(units))).toEqual([SPS, PPS]);
    expect(findParameterSets(parseAccessUnits(Buffer.from([0, 0, 1, ...SLICE])))).toBeUndefined();
  });

  it('are the same with H.265, whose sets are three', () => {
    const stream = joined(HEVC_VPS, HEVC_SPS, HEVC_PPS, HEVC_IDR, HEVC_SLICE);
    const [first, second] = parseAccessUnits(stream, 'hevc');
    if (first === undefined || second === undefined) throw new Error('expected two pictures');
    expect([first.isKeyframe, second.isKeyframe]).toEqual([true, false]);
    expect(list(findParameterSets([second, first], 'hevc'))).toEqual([HEVC_VPS, HEVC_SPS, HEVC_PPS]);
    expect(list(dropParameterSets(first, 'hevc').nals)).toEqual([HEVC_IDR]);
    expect(list(second.nals)).toEqual([HEVC_SLICE]);
  });
});
