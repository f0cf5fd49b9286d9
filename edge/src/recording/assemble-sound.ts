/**
 * The sound of a recording, beside its pictures: the samples of each run of fragments, each where its own time puts it. A
 * gap is a long last sample before it, so that sound after a gap is in step with its picture again. Pure.
 */
import type { InitTrack } from '@padelvar/shared/mp4/init-segment';
import type { Chunk, MovieTrack } from '@padelvar/shared/mp4/movie-header';
import { runsOf } from '../mp4/fragment.ts';
import type { SampleRun } from '../mp4/fragment.ts';
import type { Placed } from './select-fragments.ts';

interface SoundRun {
  run: SampleRun;
  /** Where its first sample lies in the payload, bytes. */
  offset: number;
  /** When its first sample is heard, and by when its picture ends, on the recording's time line; ticks of the sound. */
  beginTicks: number;
  limitTicks: number;
}

/**
 * `payloadOffsets`: where each placed run of fragments begins in the payload, bytes. `leadMs`: how much later than decoded
 * the first picture is shown. Undefined where the recording has no sound.
 */
export function assembleSound(
  placed: readonly Placed[],
  payloadOffsets: readonly number[],
  leadMs: number,
): MovieTrack | undefined {
  const tracks = placed.map(({ part }) => part.init.tracks.find(({ handler }) => handler === 'soun'));
  const track = tracks.find((found) => found !== undefined);
  if (track === undefined) return undefined;
  const runs = placed.flatMap((one, index) => {
    const own = tracks[index];
    return own === undefined || !isAlike(own, track)
      ? []
      : listRuns(one, own, payloadOffsets[index] ?? 0, leadMs);
  });
  return placeRuns(track, runs);
}

function isAlike(one: InitTrack, other: InitTrack): boolean {
  return one.codec === other.codec && one.timescale === other.timescale;
}

function listRuns(placed: Placed, sound: InitTrack, payloadOffset: number, leadMs: number): SoundRun[] {
  const { part, track, from, to, first, beginMs, endMs } = placed;
  const toTicks = (ms: number): number => Math.round((ms * sound.timescale) / 1000);
  const videoBeganTicks = runsOf(first, track.trackId)[0]?.decodeTicks ?? 0;
  const zeroTicks = toTicks(beginMs - leadMs - (videoBeganTicks * 1000) / track.timescale);
  return part.fragments.slice(from, to).flatMap((fragment) =>
    runsOf(fragment, sound.trackId)
      .map(delayFirst)
      .map((run) => ({
        run,
        offset: payloadOffset + run.offset - first.offset,
        beginTicks: zeroTicks + run.decodeTicks,
        limitTicks: toTicks(endMs),
      })),
  );
}

/**
 * FFmpeg lets a part's first sample of sound begin with the part and last until the second (seen with 5.1: as much too long as its
 * pictures are reordered, 80 ms for two). It is heard right before the second: players let sound go on over so short a
 * hole, and would be ahead of the picture from there on.
 */
function delayFirst(run: SampleRun): SampleRun {
  const [first = 0, second = first] = run.durations;
  if (run.decodeTicks !== 0 || first <= second) return run;
  const durations = run.durations.slice();
  durations[0] = second;
  return { ...run, decodeTicks: first - second, durations };
}

/** What is heard before the first picture is cut off by the edit list, what comes later waits by it. */
function placeRuns(track: InitTrack, runs: readonly SoundRun[]): MovieTrack | undefined {
  const chunks: Chunk[] = [];
  let endTicks = 0;
  let firstTicks: number | undefined;
  for (const one of runs) {
    const kept = cutRun(one, firstTicks === undefined ? undefined : endTicks);
    if (kept === undefined) continue;
    if (firstTicks === undefined) firstTicks = endTicks = kept.beginTicks;
    extendLast(chunks, kept.beginTicks - endTicks);
    chunks.push(kept.chunk);
    endTicks = Math.max(endTicks, kept.beginTicks) + sum(kept.chunk.durations);
  }
  if (firstTicks === undefined) return undefined;
  const skipTicks = Math.max(0, -firstTicks);
  const delayTicks = Math.max(0, firstTicks);
  return { ...track, chunks, delayTicks, edit: { skipTicks, durationTicks: endTicks - delayTicks } };
}

/** The samples that are not heard before `fromTicks` (before the first picture, without it), nor after the picture's end. */
function cutRun(
  { run, offset, beginTicks, limitTicks }: SoundRun,
  fromTicks: number | undefined,
): { chunk: Chunk; beginTicks: number } | undefined {
  const { durations, sizes } = run;
  let [from, at, skippedBytes] = [0, beginTicks, 0];
  const isEarly = (duration: number): boolean =>
    fromTicks === undefined ? at + duration <= 0 : at + duration / 2 < fromTicks;
  while (from < durations.length && isEarly(durations[from] ?? 0)) {
    skippedBytes += sizes[from] ?? 0;
    at += durations[from] ?? 0;
    from += 1;
  }
  let [to, endTicks] = [from, at];
  for (; to < durations.length && endTicks < limitTicks; to += 1) endTicks += durations[to] ?? 0;
  if (from === to) return undefined;
  const keyframes = run.keyframes.subarray(from, to);
  const chunk = { durations: durations.subarray(from, to), sizes: sizes.subarray(from, to), keyframes };
  return { chunk: { ...chunk, offset: offset + skippedBytes }, beginTicks: at };
}

function extendLast(chunks: Chunk[], ticks: number): void {
  const last = chunks.at(-1);
  if (last === undefined || ticks <= 0) return;
  const durations = Array.from(last.durations);
  durations.push((durations.pop() ?? 0) + ticks);
  chunks[chunks.length - 1] = { ...last, durations };
}

function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let index = 0; index < values.length; index += 1) total += values[index] ?? 0;
  return total;
}
