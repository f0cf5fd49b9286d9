/** H.264 and H.265 in Annex B form, cut into NAL units and frames (ITU-T H.264, 7.4.1; H.265, 7.4.2). Pure. */

export type VideoCodec = 'h264' | 'hevc';

export interface AccessUnit {
  /** NAL units without start codes, parameter sets included where they stand in the stream. */
  nals: Buffer[];
  isKeyframe: boolean;
}

interface NalRules {
  typeOf: (nal: Buffer) => number;
  isPicture: (type: number) => boolean;
  isKeyframe: (type: number) => boolean;
  /** Types of the parameter sets, in the order in which a decoder wants them. */
  parameterSets: readonly number[];
}

const RULES: Record<VideoCodec, NalRules> = {
  h264: {
    typeOf: (nal) => (nal[0] ?? 0) & 0x1f,
    isPicture: (type) => type === 1 || type === 5,
    isKeyframe: (type) => type === 5,
    parameterSets: [7, 8],
  },
  hevc: {
    typeOf: (nal) => ((nal[0] ?? 0) >> 1) & 0x3f,
    isPicture: (type) => type < 32,
    isKeyframe: (type) => type >= 16 && type <= 21,
    parameterSets: [32, 33, 34],
  },
};

/** One access unit per coded picture; expects one slice a picture, as our clips have. */
export function parseAccessUnits(annexB: Buffer, codec: VideoCodec = 'h264'): AccessUnit[] {
  const { typeOf, isPicture, isKeyframe } = RULES[codec];
  const units: AccessUnit[] = [];
  let nals: Buffer[] = [];
  for (const nal of splitNals(annexB)) {
    nals.push(nal);
    const type = typeOf(nal);
    if (!isPicture(type)) continue;
    units.push({ nals, isKeyframe: isKeyframe(type) });
    nals = [];
  }
  return units;
}

/** The stream's first parameter sets (SPS, PPS; H.265: VPS, SPS, PPS), or undefined where it has not all of them. */
export function findParameterSets(
  units: readonly AccessUnit[],
  codec: VideoCodec = 'h264',
): Buffer[] | undefined {
  const { typeOf, parameterSets } = RULES[codec];
  const nals = units.find((unit) => unit.isKeyframe)?.nals ?? [];
  const found = parameterSets.map((type) => nals.find((nal) => typeOf(nal) === type));
  return found.every((nal) => nal !== undefined) ? found : undefined;
}

/** The same frame without its parameter sets. */
export function dropParameterSets(unit: AccessUnit, codec: VideoCodec): AccessUnit {
  const { typeOf, parameterSets } = RULES[codec];
  return { ...unit, nals: unit.nals.filter((nal) => !parameterSets.includes(typeOf(nal))) };
}

/** The payloads between start codes (00 00 01, or 00 00 00 01). */
export function splitNals(annexB: Buffer): Buffer[] {
  const starts: { code: number; payload: number }[] = [];
  for (let at = annexB.indexOf(START_CODE); at !== -1; at = annexB.indexOf(START_CODE, at + 3)) {
    starts.push({ code: at > 0 && annexB[at - 1] === 0 ? at - 1 : at, payload: at + 3 });
  }
  return starts.map(({ payload }, index) => annexB.subarray(payload, starts[index + 1]?.code));
}

const START_CODE = Buffer.from([0, 0, 1]);
