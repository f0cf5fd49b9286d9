/**
 * Takes the jumps of a camera's clock out of a part's time. Forwards, a jump looks like a pause: FFmpeg gives the frame before
 * it all of it as its duration, or begins the next fragment that much later. But a pause takes real time and a jump takes
 * none, so behind a jump fragments come earlier than any did before. Backwards, FFmpeg stamps every frame from then on one
 * tick after the other. Pure.
 *
 * Of fragments that nobody saw come there is only what was found out when they came, and their length: an FFmpeg to which
 * nothing is sent for 2 s ends.
 */
import { findVideoTrack } from '@padelvar/shared/mp4/init-segment';
import type { InitSegment } from '@padelvar/shared/mp4/init-segment';
import { runsOf } from './fragment.ts';
import type { Fragment, SampleRun } from './fragment.ts';
import { LONGEST_PAUSE_SECONDS, straightenRun } from './straighten-run.ts';
import type { IsJump, TrackState } from './straighten-run.ts';

/** Sound jumps with its picture, in the same fragment or the next, and as far; seconds. */
const SAME_JUMP_SECONDS = 0.25;
/** Fragments of which the one that came soonest says how soon any can come: some ten seconds. */
const MOST_LAGS = 20;

export interface StraightenerOptions {
  /** Offsets of fragments in which an earlier reader of the part saw a jump ahead. */
  known?: readonly number[];
  /** The fragment at that offset has one. */
  onJump?: ((offset: number) => void) | undefined;
}

/** To be called with the fragments of a part in their order; `arrivedMs`: when the last of them was written, where that is known. */
export type Straightener = (fragments: readonly Fragment[], arrivedMs?: number) => Fragment[];

export function createStraightener(
  init: InitSegment,
  { known = [], onJump }: StraightenerOptions = {},
): Straightener {
  const states = new Map<number, TrackState>();
  for (const { trackId, timescale } of init.tracks)
    states.set(trackId, { timescale, excessTicks: 0, typicalTicks: undefined, endTicks: undefined });
  const videoId = findVideoTrack(init)?.trackId;
  const video = states.get(videoId ?? NaN);
  const knownJumps = new Set(known);
  let lags: number[] = [];
  let lastJump: { seconds: number; fragments: number } | undefined;

  function straightenOne(fragment: Fragment, isJump: IsJump): Fragment {
    if (video === undefined) return fragment;
    const isKnown = knownJumps.has(fragment.offset);
    let jumpTicks = 0;
    const isVideoJump: IsJump = (ticks) => {
      if (!isKnown && !isJump(ticks)) return false;
      jumpTicks += ticks;
      return true;
    };
    // Where a part has sound, its pictures are told first.
    const runs = fragment.runs.map((run) => {
      const state = states.get(run.trackId);
      if (state === undefined) return run;
      if (state !== video) return straightenRun(run, state, isAlike(state, lastJump));
      const straight = straightenRun(run, state, isVideoJump);
      if (jumpTicks > 0) lastJump = { seconds: jumpTicks / video.timescale, fragments: 2 };
      return straight;
    });
    if (lastJump !== undefined && (lastJump.fragments -= 1) === 0) lastJump = undefined;
    if (jumpTicks > 0 && !isKnown) onJump?.(fragment.offset);
    return { ...fragment, runs };
  }

  return (fragments, arrivedMs) => {
    if (video === undefined) return [...fragments];
    const lagMs = (): number | undefined =>
      arrivedMs === undefined || video.endTicks === undefined
        ? undefined
        : arrivedMs - ((video.endTicks - video.excessTicks) * 1000) / video.timescale;
    const runs = fragments.flatMap((fragment) => runsOf(fragment, videoId ?? NaN));
    const isJump = judge(runs, video, lags, arrivedMs);
    const straight = fragments.map((fragment) => straightenOne(fragment, isJump));
    const lag = lagMs();
    if (lag !== undefined) lags = [...lags.slice(1 - MOST_LAGS), lag];
    return straight;
  };
}

/** Whether the pauses in these runs of pictures were jumps, by how much earlier the last of them came than any before. */
function judge(
  runs: readonly SampleRun[],
  state: TrackState,
  lags: readonly number[],
  arrivedMs: number | undefined,
): IsJump {
  const longest = LONGEST_PAUSE_SECONDS * state.timescale;
  const last = runs.at(-1);
  if (arrivedMs === undefined || lags.length === 0 || last === undefined) return (ticks) => ticks > longest;
  let pausedTicks = 0;
  straightenRuns(runs, state, (ticks) => {
    pausedTicks += ticks;
    return false;
  });
  const endTicks =
    last.decodeTicks + last.durations.reduce((total, ticks) => total + ticks, 0) - state.excessTicks;
  const earlyMs = Math.min(...lags) - (arrivedMs - (endTicks * 1000) / state.timescale);
  const isEarly = earlyMs > (pausedTicks * 1000) / state.timescale / 2;
  return () => isEarly;
}

/** Looks alone: the track stays as it is. */
function straightenRuns(runs: readonly SampleRun[], state: TrackState, isJump: IsJump): void {
  const copy = { ...state };
  for (const run of runs) straightenRun(run, copy, isJump);
}

function isAlike({ timescale }: TrackState, jump: { seconds: number } | undefined): IsJump {
  return (ticks) => jump !== undefined && Math.abs(ticks / timescale - jump.seconds) < SAME_JUMP_SECONDS;
}
