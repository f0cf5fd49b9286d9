/**
 * Puts fragments of a camera whose clock runs fast or slow onto this machine's time. Frames keep their distance but for the
 * last of each run, which takes up what is missing or too much: a tenth of a millisecond in half a second at 200 ppm. Pure.
 */
import type { Fragment, SampleRun } from '../mp4/fragment.ts';
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
  const ownTicks = run.durations.reduce((total, ticks) => total + ticks, 0);
  const decodeTicks = Math.round(run.decodeTicks * scale);
  const endTicks = Math.round((run.decodeTicks + ownTicks) * scale);
  return { ...run, decodeTicks, durations: stretch(run.durations, endTicks - decodeTicks - ownTicks) };
}

/** From the last sample on, since none may last less than nothing. */
function stretch(durations: Uint32Array, ticks: number): Uint32Array {
  const stretched = Uint32Array.from(durations);
  let missing = ticks;
  for (let index = stretched.length - 1; index >= 0 && missing !== 0; index -= 1) {
    const own = stretched[index] ?? 0;
    const changed = Math.max(Math.min(own, 1), own + missing);
    stretched[index] = changed;
    missing -= changed - own;
  }
  return stretched;
}
