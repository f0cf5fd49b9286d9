/**
 * Decides what a recording consists of: which bytes of which parts, where their frames lie on one time line, and what
 * is missing in between. Pure; the movie header, the upload and every view follow from its answer.
 */
import type { Gap } from '@padelvar/shared/link';
import type { Chunk, MovieTrack } from '@padelvar/shared/mp4/movie-header';
import { runsOf } from '../mp4/fragment.ts';
import type { SampleRun } from '../mp4/fragment.ts';
import { closeDurations, repairDurations, totalOf } from '../mp4/repair-durations.ts';
import { repairOffsets } from '../mp4/repair-offsets.ts';
import { nameHvc1 } from '../mp4/sample-entry.ts';
import { assembleSound } from './assemble-sound.ts';
import { rescaleEnds, rescaleSelected } from './rescale.ts';
import { originOf, pieceOf, placeParts, selectFragments } from './select-fragments.ts';
import type { PartIndex, Piece, Placed, Selected, StartMark } from './select-fragments.ts';

export interface Assembly {
  /** What the movie's payload consists of, in order. */
  pieces: Piece[];
  /** The one video track, its chunk offsets counted from the beginning of the payload; absent without a frame. */
  track: MovieTrack | undefined;
  /** The sound beside it, where there is some. */
  sound: MovieTrack | undefined;
  gaps: Gap[];
  durationMs: number;
  frames: number;
  codec: string;
}

/** An outage at the end that is shorter than this is the camera's last fragment, milliseconds. */
const LEAST_END_GAP_MS = 1_000;

/**
 * `endsAtMs` is the hard stop, `stoppedMs` the stop, both on the parts' time line. A recording that was stopped while its
 * camera was away lasts until the stop; without a stop it ends with its last frame.
 */
export function assemble(
  parts: readonly PartIndex[],
  start: StartMark,
  endsAtMs: number,
  stoppedMs?: number,
): Assembly {
  // Which fragments they are was decided while they came, and stays.
  const placed = placeParts(selectFragments(parts, start, endsAtMs).map(rescaleSelected));
  const endGapMs = stoppedMs === undefined ? 0 : planEndGap(placed, stoppedMs);
  const chunks: Chunk[] = [];
  const payloadOffsets: number[] = [];
  let payloadBytes = 0;
  let grownMs = 0;
  for (const [index, one] of placed.entries()) {
    const { timescale } = one.track;
    // A gap is a long last frame before it: every player plays through, and seeks inside.
    const gapMs = placed[index + 1]?.gapMs ?? (endGapMs > 0 ? endGapMs : undefined);
    const gapTicks = gapMs === undefined ? undefined : Math.round((gapMs * timescale) / 1000);
    const timed = chunksOf(one, payloadBytes, gapTicks);
    for (const chunk of timed.chunks) chunks.push(chunk);
    grownMs = (timed.grownTicks * 1000) / timescale;
    payloadOffsets.push(payloadBytes);
    payloadBytes += pieceOf(one).bytes;
  }
  const leadTicks = chunks[0]?.compositionOffsets?.[0] ?? 0;
  const leadMs = (leadTicks * 1000) / (placed[0]?.track.timescale ?? 1);
  const sound = assembleSound(placed, payloadOffsets, leadMs);
  return { ...describe(placed, chunks, { endGapMs, grownMs }), sound };
}

/** The outage between the last frame and the stop, milliseconds; 0 where there was none. */
function planEndGap(placed: readonly Placed[], stoppedMs: number): number {
  const missingMs = stoppedMs - (originOf(placed) + (placed.at(-1)?.endMs ?? Infinity));
  return missingMs < LEAST_END_GAP_MS ? 0 : missingMs;
}

/** What the movie's index is made of. */
export function tracksOf({ track, sound }: Assembly): MovieTrack[] {
  return [track, sound].filter((one) => one !== undefined);
}

/** What is missing so far, without the cost of an assembly. */
export function planGaps(parts: readonly PartIndex[], start: StartMark, endsAtMs: number): Gap[] {
  return gapsOf(placeParts(selectFragments(parts, start, endsAtMs).map(rescaleEnds)));
}

/** When what is there so far ends, on the parts' time line. */
export function findEndMs(parts: readonly PartIndex[], start: StartMark, endsAtMs: number): number {
  const placed = placeParts(selectFragments(parts, start, endsAtMs).map(rescaleEnds));
  return originOf(placed) + (placed.at(-1)?.endMs ?? 0);
}

/** The payload's pieces so far. What has been answered once only grows: later answers begin with it. */
export function planPieces(parts: readonly PartIndex[], start: StartMark, endsAtMs: number): Piece[] {
  return selectFragments(parts, start, endsAtMs).map(pieceOf);
}

/** What is behind its last fragment: an outage, or what its last frames are longer than they say. */
interface End {
  endGapMs: number;
  grownMs: number;
}

function describe(
  placed: readonly Placed[],
  chunks: Chunk[],
  { endGapMs, grownMs }: End,
): Omit<Assembly, 'sound'> {
  const track = placed[0]?.track;
  const first = track === undefined ? undefined : nameHvc1(track);
  const endMs = placed.at(-1)?.endMs ?? 0;
  return {
    pieces: placed.map(pieceOf),
    track: first === undefined ? undefined : { ...first, chunks },
    gaps: [...gapsOf(placed), ...(endGapMs > 0 ? [formatGap(endMs, endMs + endGapMs)] : [])],
    durationMs: Math.round(endMs + endGapMs + grownMs),
    frames: chunks.reduce((sum, chunk) => sum + chunk.sizes.length, 0),
    codec: first?.codec ?? '',
  };
}

function gapsOf(placed: readonly Placed[]): Gap[] {
  return placed
    .filter(({ gapMs }) => gapMs >= 1)
    .map(({ beginMs, gapMs, part }) => formatGap(beginMs - gapMs, beginMs, part.gapReason));
}

function formatGap(fromMs: number, toMs: number, reason = 'camera_lost'): Gap {
  return { fromMs: Math.round(fromMs), toMs: Math.round(toMs), reason };
}

interface TimedChunks {
  chunks: Chunk[];
  /** By which they last longer than their fragments and the gap behind them say. */
  grownTicks: number;
}

/** `gapTicks`: of nothing behind them; undefined where the movie ends. */
function chunksOf(selected: Selected, payloadOffset: number, gapTicks: number | undefined): TimedChunks {
  const runs = selected.part.fragments
    .slice(selected.from, selected.to)
    .flatMap((fragment) => runsOf(fragment, selected.track.trackId))
    .filter(({ sizes }) => sizes.length > 0);
  const written = durationsOf(runs);
  const durations = repairDurations(closeDurations(written, gapTicks));
  const isReordered = runs.some(({ compositionOffsets }) => compositionOffsets !== undefined);
  const offsets = isReordered
    ? repairOffsets({ durations: written, spread: durations, ...shownOf(runs) })
    : [];
  let taken = 0;
  const chunks = runs.map((run) => {
    const [from, to] = [taken, (taken += run.durations.length)];
    return {
      ...run,
      offset: payloadOffset + run.offset - selected.first.offset,
      durations: durations.slice(from, to),
      ...(run.compositionOffsets === undefined ? {} : { compositionOffsets: offsets.slice(from, to) }),
    };
  });
  return { chunks, grownTicks: totalOf(durations) - totalOf(written) - (gapTicks ?? 0) };
}

function shownOf(runs: readonly SampleRun[]): { offsets: number[]; keyframes: number[] } {
  const offsets = runs.flatMap(({ sizes, compositionOffsets }) =>
    compositionOffsets === undefined ? Array<number>(sizes.length).fill(0) : Array.from(compositionOffsets),
  );
  return { offsets, keyframes: runs.flatMap(({ keyframes }) => Array.from(keyframes)) };
}

/** The last frame of a run lasts until the next run begins, whatever the run itself says. */
function durationsOf(runs: readonly SampleRun[]): number[] {
  const durations: number[] = [];
  for (const [index, run] of runs.entries()) {
    let endTicks = run.decodeTicks;
    for (const duration of run.durations) {
      durations.push(duration);
      endTicks += duration;
    }
    const missingTicks = (runs[index + 1]?.decodeTicks ?? endTicks) - endTicks;
    durations.push(Math.max(0, (durations.pop() ?? 0) + missingTicks));
  }
  return durations;
}
