/** How high a chart is; pure. */
import type { Sum } from './sum.ts';

export type Measure = keyof Sum;

/** What stands at the middle line of a chart that `most` fits into: a round number, of which the top is twice as much. */
export function planMiddle(most: number, measure: Measure): number {
  const least = Math.max(1, most / 2);
  if (measure !== 'minutes') return roundUp(least);
  if (least <= 15) return 15;
  return least <= 30 ? 30 : 60 * roundUp(least / 60);
}

/** To 1, 2, 3, 5, 10, 20, 30, 50, … */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 3, 5].find((candidate) => candidate * power >= value) ?? 10;
  return step * power;
}
