/**
 * One fragment: the sample runs of a `moof` and where their bytes lie in the `mdat` behind it.
 *
 * The room `mp4` owns what is read and mended of a growing part, bytes only. It does no I/O, knows nothing of files or
 * cameras, and imports nothing but the form of a movie from `@padelvar/shared/mp4`.
 */
import { contentOf, findBox, getBox, readBoxes, viewOf } from '@padelvar/shared/mp4/boxes';
import type { Box } from '@padelvar/shared/mp4/boxes';
import type { InitSegment, SampleDefaults } from '@padelvar/shared/mp4/init-segment';

/** Samples of one track that lie one behind the other: a chunk of the finished movie. */
export interface SampleRun {
  trackId: number;
  /** Decode time of the first sample, ticks since the part began. */
  decodeTicks: number;
  /** Where the first sample lies in the part, bytes. */
  offset: number;
  durations: Uint32Array;
  sizes: Uint32Array;
  /** Presentation minus decode time, ticks; absent where all are zero. */
  compositionOffsets?: Int32Array;
  /** 1 where a sample can be decoded by itself. */
  keyframes: Uint8Array;
}

export interface Fragment {
  /** Where the `moof` begins in the part, bytes. */
  offset: number;
  /** `moof` and `mdat` together. */
  bytes: number;
  runs: SampleRun[];
}

/** `sample_is_non_sync_sample` (14496-12 clause 8.8.3.1). */
const NON_SYNC = 0x10000;
/** Far more than a fragment holds: a count beyond it is a damaged box, not a reason to ask for gigabytes. */
const MAX_SAMPLES = 100_000;

/** Parses a whole `moof`; `offset` is its place in the part, `bytes` the size of moof and mdat together. */
export function parseFragment(
  moofBytes: Uint8Array,
  init: InitSegment,
  offset: number,
  bytes: number,
): Fragment {
  const moof = getBox(moofBytes, ['moof']);
  const runs: SampleRun[] = [];
  for (const traf of readBoxes(moofBytes, ...contentOf(moof))) {
    if (traf.type === 'traf') runs.push(...parseTrackFragment(moofBytes, traf, init, offset));
  }
  return { offset, bytes, runs };
}

/** The sample runs of one track in a fragment. */
export function runsOf(fragment: Fragment, trackId: number): SampleRun[] {
  return fragment.runs.filter((run) => run.trackId === trackId);
}

/** Whether the first video sample of a fragment is a keyframe. */
export function startsWithKeyframe(fragment: Fragment, videoTrackId: number): boolean {
  return runsOf(fragment, videoTrackId)[0]?.keyframes[0] === 1;
}

/** Decode time of a fragment's first sample and of the end of its last, ticks since the part began. */
export function decodeSpan(fragment: Fragment, trackId: number): { beginTicks: number; endTicks: number } {
  const runs = runsOf(fragment, trackId);
  const beginTicks = runs[0]?.decodeTicks ?? 0;
  return { beginTicks, endTicks: runs.reduce((ticks, { durations }) => ticks + sum(durations), beginTicks) };
}

interface TrackFragment {
  trackId: number;
  defaults: SampleDefaults;
  baseOffset: number;
}

function* parseTrackFragment(
  data: Uint8Array,
  traf: Box,
  init: InitSegment,
  moofOffset: number,
): Generator<SampleRun> {
  const track = parseTrackFragmentHeader(data, getBox(data, ['tfhd'], traf), init, moofOffset);
  const tfdt = findBox(data, 'tfdt', traf);
  let decodeTicks = tfdt === undefined ? 0 : readDecodeTime(data, tfdt);
  let nextOffset = track.baseOffset;
  for (const trun of readBoxes(data, ...contentOf(traf))) {
    if (trun.type !== 'trun') continue;
    const run = parseRun(data, trun, track, decodeTicks, nextOffset);
    decodeTicks += sum(run.durations);
    nextOffset = run.offset + sum(run.sizes);
    yield run;
  }
}

function parseTrackFragmentHeader(
  data: Uint8Array,
  tfhd: Box,
  init: InitSegment,
  moofOffset: number,
): TrackFragment {
  const view = viewOf(data);
  const at = contentOf(tfhd)[0];
  const flags = view.getUint32(at) & 0xffffff;
  const trackId = view.getUint32(at + 4);
  const track = init.tracks.find((candidate) => candidate.trackId === trackId);
  if (track === undefined)
    throw new Error(`expected a track of the init segment, found track ${String(trackId)}`);
  let cursor = at + 8;
  const next32 = (): number => view.getUint32((cursor += 4) - 4);
  const baseOffset = flags & 0x1 ? Number(view.getBigUint64((cursor += 8) - 8)) : moofOffset;
  if (flags & 0x2) cursor += 4;
  const durationTicks = flags & 0x8 ? next32() : track.defaults.durationTicks;
  const bytes = flags & 0x10 ? next32() : track.defaults.bytes;
  const sampleFlags = flags & 0x20 ? next32() : track.defaults.flags;
  return { trackId, baseOffset, defaults: { durationTicks, bytes, flags: sampleFlags } };
}

function readDecodeTime(data: Uint8Array, tfdt: Box): number {
  const at = contentOf(tfdt)[0];
  return data[at] === 1 ? Number(viewOf(data).getBigUint64(at + 4)) : viewOf(data).getUint32(at + 4);
}

function parseRun(
  data: Uint8Array,
  trun: Box,
  track: TrackFragment,
  decodeTicks: number,
  nextOffset: number,
): SampleRun {
  const view = viewOf(data);
  const at = contentOf(trun)[0];
  const flags = view.getUint32(at) & 0xffffff;
  const count = view.getUint32(at + 4);
  if (count > MAX_SAMPLES) throw new Error(`expected a run of frames, found ${String(count)} samples`);
  let cursor = at + 8;
  const next32 = (): number => view.getUint32((cursor += 4) - 4);
  const offset = flags & 0x1 ? track.baseOffset + (next32() | 0) : nextOffset;
  const firstFlags = flags & 0x4 ? next32() : undefined;
  const durations = new Uint32Array(count);
  const sizes = new Uint32Array(count);
  const offsets = new Int32Array(count);
  const keyframes = new Uint8Array(count);
  for (let index = 0; index < count; index += 1) {
    durations[index] = flags & 0x100 ? next32() : track.defaults.durationTicks;
    sizes[index] = flags & 0x200 ? next32() : track.defaults.bytes;
    const ownFlags = flags & 0x400 ? next32() : track.defaults.flags;
    keyframes[index] =
      ((index === 0 && firstFlags !== undefined ? firstFlags : ownFlags) & NON_SYNC) === 0 ? 1 : 0;
    if (flags & 0x800) offsets[index] = next32() | 0;
  }
  const run = { trackId: track.trackId, decodeTicks, offset, durations, sizes, keyframes };
  return offsets.some((value) => value !== 0) ? { ...run, compositionOffsets: offsets } : run;
}

function sum(values: Uint32Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
