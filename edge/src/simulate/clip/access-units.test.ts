import { describe, expect, it } from 'vitest';
import { findParameterSets, parseAccessUnits } from './access-units.ts';

const SPS = [0x67, 0x4d, 0x40];
const PPS = [0x68, 0xee];
const IDR = [0x65, 0x88, 1];
const SLICE = [0x41, 0x9a, 2];

describe('access units', () => {
  const units = parseAccessUnits(
    Buffer.from([0, 0, 0, 1, ...SPS, 0, 0, 0, 1, ...PPS, 0, 0, 1, ...IDR, 0, 0, 0, 1, ...SLICE]),
  );

  it('hold one picture each, with the parameter sets before it', () => {
    expect(units.map(({ nals }) => nals.map((nal) => [...nal]))).toEqual([[SPS, PPS, IDR], [SLICE]]);
    expect(units.map(({ isKeyframe }) => isKeyframe)).toEqual([true, false]);
  });

  it('name their parameter sets, or nothing where there are none', () => {
    expect(findParameterSets(units)).toEqual({ sps: Buffer.from(SPS), pps: Buffer.from(PPS) });
    expect(findParameterSets(parseAccessUnits(Buffer.from([0, 0, 1, ...SLICE])))).toBeUndefined();
  });
});
