/** The initialisation segment of a part: `ftyp` and a `moov` without samples (14496-12 clause 8.8). */
import { contentOf, findBox, getBox, readBoxes, sliceBox, viewOf } from './boxes.ts';
import type { Box } from './boxes.ts';

/** Values that a fragment's samples have where it does not say otherwise (`trex`). */
export interface SampleDefaults {
  durationTicks: number;
  bytes: number;
  flags: number;
}

export interface InitTrack {
  trackId: number;
  /** `vide` or `soun`. */
  handler: string;
  /** Ticks per second. */
  timescale: number;
  /** The whole `stsd` box, carried over as it is. */
  sampleDescription: Uint8Array;
  /** `avc1`, `hvc1`, `mp4a`, … */
  codec: string;
  /** Pixels; 0 for sound. */
  width: number;
  height: number;
  defaults: SampleDefaults;
}

export interface InitSegment {
  /** Size of `ftyp` and `moov` together: where the first fragment begins. */
  bytes: number;
  /** Where the `moov` begins, the place of the one write that finishes a part. */
  moovOffset: number;
  tracks: InitTrack[];
}

export function findVideoTrack(init: InitSegment): InitTrack | undefined {
  return init.tracks.find(({ handler }) => handler === 'vide');
}

/** Parses the start of a part; undefined while it is not whole. Throws where it is not an MP4. */
export function parseInitSegment(data: Uint8Array): InitSegment | undefined {
  const boxes = [...readBoxes(data)];
  const first = boxes[0];
  if (first !== undefined && first.type !== 'ftyp')
    throw new Error(`expected ftyp first, found ${first.type}`);
  const moov = boxes.find(({ type }) => type === 'moov');
  if (moov === undefined) return undefined;
  const tracks = [...readBoxes(data, ...contentOf(moov))]
    .filter(({ type }) => type === 'trak')
    .map((trak) => parseTrack(data, moov, trak));
  return { bytes: moov.offset + moov.bytes, moovOffset: moov.offset, tracks };
}

function parseTrack(data: Uint8Array, moov: Box, trak: Box): InitTrack {
  const view = viewOf(data);
  const tkhd = getBox(data, ['tkhd'], trak);
  const mdhd = getBox(data, ['mdia', 'mdhd'], trak);
  const hdlr = getBox(data, ['mdia', 'hdlr'], trak);
  const stsd = getBox(data, ['mdia', 'minf', 'stbl', 'stsd'], trak);
  const [tkhdAt, tkhdEnd] = contentOf(tkhd);
  const trackId = view.getUint32(tkhdAt + (data[tkhdAt] === 1 ? 20 : 12));
  const mdhdAt = contentOf(mdhd)[0];
  return {
    trackId,
    handler: readText(data, contentOf(hdlr)[0] + 8),
    timescale: view.getUint32(mdhdAt + (data[mdhdAt] === 1 ? 20 : 12)),
    sampleDescription: sliceBox(data, stsd).slice(),
    codec: readText(data, contentOf(stsd)[0] + 12),
    width: view.getUint32(tkhdEnd - 8) >>> 16,
    height: view.getUint32(tkhdEnd - 4) >>> 16,
    defaults: findDefaults(data, moov, trackId),
  };
}

function findDefaults(data: Uint8Array, moov: Box, trackId: number): SampleDefaults {
  const view = viewOf(data);
  const mvex = findBox(data, 'mvex', moov);
  for (const trex of mvex === undefined ? [] : readBoxes(data, ...contentOf(mvex))) {
    const at = contentOf(trex)[0];
    if (trex.type !== 'trex' || view.getUint32(at + 4) !== trackId) continue;
    return {
      durationTicks: view.getUint32(at + 12),
      bytes: view.getUint32(at + 16),
      flags: view.getUint32(at + 20),
    };
  }
  return { durationTicks: 0, bytes: 0, flags: 0 };
}

function readText(data: Uint8Array, offset: number): string {
  return String.fromCharCode(...data.subarray(offset, offset + 4));
}
