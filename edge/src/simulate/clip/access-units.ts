/** H.264 in Annex B form, cut into NAL units and frames (ITU-T H.264, 7.4.1 and annex B). Pure. */

export interface AccessUnit {
  /** NAL units without start codes, parameter sets included where they stand in the stream. */
  nals: Buffer[];
  isKeyframe: boolean;
}

export interface ParameterSets {
  sps: Buffer;
  pps: Buffer;
}

const [NAL_SLICE, NAL_IDR, NAL_SPS, NAL_PPS] = [1, 5, 7, 8];

export function typeOfNal(nal: Buffer): number {
  return (nal[0] ?? 0) & 0x1f;
}

/** One access unit per coded picture; expects one slice a picture, as our clip has. */
export function parseAccessUnits(annexB: Buffer): AccessUnit[] {
  const units: AccessUnit[] = [];
  let nals: Buffer[] = [];
  for (const nal of splitNals(annexB)) {
    nals.push(nal);
    const type = typeOfNal(nal);
    if (type !== NAL_SLICE && type !== NAL_IDR) continue;
    units.push({ nals, isKeyframe: type === NAL_IDR });
    nals = [];
  }
  return units;
}

/** The stream's first parameter sets, or undefined where it has none. */
export function findParameterSets(units: readonly AccessUnit[]): ParameterSets | undefined {
  const nals = units.find((unit) => unit.isKeyframe)?.nals ?? [];
  const [sps, pps] = [NAL_SPS, NAL_PPS].map((type) => nals.find((nal) => typeOfNal(nal) === type));
  return sps === undefined || pps === undefined ? undefined : { sps, pps };
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
