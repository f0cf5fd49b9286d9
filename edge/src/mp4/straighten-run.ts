/** Takes the jumps of a camera's clock out of one run of samples, of pictures or of sound. */
import type { SampleRun } from './fragment.ts';

/** What a frame lasts longer than others, or a fragment begins later, is a pause or a jump from here on; seconds. */
const LEAST_PAUSE_SECONDS = 0.3;
/** Where nobody saw the fragment come, longer than this is a jump; seconds. */
export const LONGEST_PAUSE_SECONDS = 3;
/** Samples closer than this are stamped one after the other, seconds; no camera takes 500 frames a second. */
const SHORTEST_SECONDS = 0.002;
/** Fewer of them are a burst, not a jump. */
const LEAST_SQUEEZED = 3;
/** Until then squeezed frames are FFmpeg's own doing, and a later frame makes up for them; seconds. */
const BEGINNING_SECONDS = 5;

export interface TrackState {
  timescale: number;
  /** What the jumps so far have added to the track's time, ticks. */
  excessTicks: number;
  /** Of the newest frames that were stamped properly, ticks. */
  typicalTicks: number | undefined;
  /** Where its last fragment ended, as FFmpeg has it; ticks. */
  endTicks: number | undefined;
}

/** Whether a pause of that many ticks is a jump of the clock, and is to be taken out. */
export type IsJump = (pauseTicks: number) => boolean;

/** `state` goes on to the track's next run. */
export function straightenRun(run: SampleRun, state: TrackState, isJump: IsJump): SampleRun {
  const { timescale, endTicks = run.decodeTicks } = state;
  const shortest = SHORTEST_SECONDS * timescale;
  const least = LEAST_PAUSE_SECONDS * timescale;
  const longest = LONGEST_PAUSE_SECONDS * timescale;
  const isTaken = (ticks: number): boolean => ticks > least && isJump(ticks);
  const median = medianOf(run.durations.filter((ticks) => ticks >= shortest && ticks <= longest));
  const typicalTicks = state.typicalTicks ?? median;
  state.typicalTicks = median ?? typicalTicks;
  state.endTicks = run.decodeTicks + sum(run.durations);
  const gapTicks = run.decodeTicks - endTicks;
  if (isTaken(gapTicks)) state.excessTicks += gapTicks;
  const decodeTicks = run.decodeTicks - state.excessTicks;
  if (typicalTicks === undefined) return { ...run, decodeTicks };
  const durations = run.durations.map((ticks) => (isTaken(ticks - typicalTicks) ? typicalTicks : ticks));
  if (decodeTicks > BEGINNING_SECONDS * timescale) spreadSqueezed(durations, shortest, typicalTicks);
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
