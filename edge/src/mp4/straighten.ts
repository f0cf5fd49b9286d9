/**
 * Takes the jumps of a camera's clock out of a part's time. Forwards, FFmpeg gives the frame before the jump all of it as
 * its duration; backwards, it stamps every frame from then on one tick after the other. A part has no real pause: an
 * ingest that stalls for 2 s is ended, and the next one writes a part of its own.
 */
import type { InitSegment } from '@padelvar/shared/mp4/init-segment';
import type { Fragment, SampleRun } from './fragment.ts';

/** A duration beyond this is a jump, seconds. */
const LONGEST_SECONDS = 5;
/** Samples closer than this are stamped one after the other, seconds; no camera takes 500 frames a second. */
const SHORTEST_SECONDS = 0.002;
/** Fewer of them are a burst, not a jump. */
const LEAST_SQUEEZED = 3;

interface TrackState {
  timescale: number;
  /** What the jumps so far have added to the track's time, ticks. */
  excessTicks: number;
  /** Of the newest frames that were stamped properly, ticks. */
  typicalTicks: number | undefined;
}

/** To be called with each fragment of a part, in their order. */
export function createStraightener({ tracks }: InitSegment): (fragment: Fragment) => Fragment {
  const states = new Map<number, TrackState>();
  for (const { trackId, timescale } of tracks)
    states.set(trackId, { timescale, excessTicks: 0, typicalTicks: undefined });
  return (fragment) => ({
    ...fragment,
    runs: fragment.runs.map((run) => {
      const state = states.get(run.trackId);
      return state === undefined ? run : straightenRun(run, state);
    }),
  });
}

function straightenRun(run: SampleRun, state: TrackState): SampleRun {
  const decodeTicks = run.decodeTicks - state.excessTicks;
  const longest = LONGEST_SECONDS * state.timescale;
  const shortest = SHORTEST_SECONDS * state.timescale;
  const median = medianOf(run.durations.filter((ticks) => ticks >= shortest && ticks <= longest));
  const typicalTicks = state.typicalTicks ?? median;
  state.typicalTicks = median ?? typicalTicks;
  if (typicalTicks === undefined) return { ...run, decodeTicks };
  const durations = run.durations.map((ticks) => (ticks > longest ? typicalTicks : ticks));
  // At a part's beginning squeezed frames are FFmpeg's own doing, and a later frame makes up for them.
  if (decodeTicks > longest) spreadSqueezed(durations, shortest, typicalTicks);
  state.excessTicks += sum(run.durations) - sum(durations);
  return { ...run, decodeTicks, durations };
}

/** Where the next frame does not make up for them, squeezed frames get the typical duration. */
function spreadSqueezed(durations: Uint32Array, shortest: number, typicalTicks: number): void {
  for (let from = 0; from < durations.length; from += 1) {
    let to = from;
    while ((durations[to] ?? shortest) < shortest) to += 1;
    const count = to - from;
    const isMadeUpFor = (durations[to] ?? 0) > (count * typicalTicks) / 2;
    if (count >= LEAST_SQUEEZED && !isMadeUpFor) durations.fill(typicalTicks, from, to);
    from = to;
  }
}

function medianOf(values: Uint32Array): number | undefined {
  return values.toSorted()[Math.floor(values.length / 2)];
}

function sum(values: Uint32Array): number {
  return values.reduce((total, value) => total + value, 0);
}
