/**
 * Puts fragments of a camera whose clock runs fast or slow onto this machine's time. The frames of a run share what is missing
 * or too much in whole ticks, and its last one takes the rest, less than a tick for each: motion stays even, and the index of a
 * match has two entries for a run instead of one for a frame. Pure.
 */
import type { Fragment, SampleRun } from '../mp4/fragment.ts';
import { totalOf } from '../mp4/repair-durations.ts';
import type { Selected } from './select-fragments.ts';

/** The same bytes of the same part, its fragments in the time that `part.scale` says. */
export function rescaleSelected(selected: Selected): Selected {
  const { part, from, to } = selected;
  const { scale = 1 } = part;
  if (scale === 1) return selected;
  const fragments = part.fragments.slice(from, to).map((fragment) => rescaleFragment(fragment, scale));
  const [first, last] = [fragments[0] ?? selected.first, fragments.at(-1) ?? selected.last];
  return { ...selected, part: { ...part, fragments }, from: 0, to: fragments.length, first, last };
}

/** The same where only its ends are looked at, however long it is: where it lies and what is missing around it. */
export function rescaleEnds(selected: Selected): Selected {
  const { scale = 1 } = selected.part;
  if (scale === 1) return selected;
  const [first, last] = [rescaleFragment(selected.first, scale), rescaleFragment(selected.last, scale)];
  return { ...selected, first, last };
}

function rescaleFragment(fragment: Fragment, scale: number): Fragment {
  return { ...fragment, runs: fragment.runs.map((run) => rescaleRun(run, scale)) };
}

function rescaleRun(run: SampleRun, scale: number): SampleRun {
  const ownTicks = totalOf(run.durations);
  const decodeTicks = Math.round(run.decodeTicks * scale);
  const scaledTicks = Math.round((run.decodeTicks + ownTicks) * scale) - decodeTicks;
  return { ...run, decodeTicks, durations: stretch(run.durations, ownTicks, scaledTicks) };
}

/** What lasted `ownTicks` together lasts `scaledTicks`; none of it lasts less than nothing. */
function stretch(durations: Uint32Array, ownTicks: number, scaledTicks: number): Uint32Array {
  const share = Math.trunc((scaledTicks - ownTicks) / durations.length);
  const stretched = durations.map((own) => lengthen(own, share));
  let missing = scaledTicks - totalOf(stretched);
  for (let index = stretched.length - 1; index >= 0 && missing !== 0; index -= 1) {
    const own = stretched[index] ?? 0;
    const changed = lengthen(own, missing);
    stretched[index] = changed;
    missing -= changed - own;
  }
  return stretched;
}

/** A sample without a length stays so. */
function lengthen(own: number, ticks: number): number {
  return Math.max(Math.min(own, 1), own + ticks);
}
