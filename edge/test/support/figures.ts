/**
 * Tells a scenario's figures in one line of the test run, which repeats these lines at its end; draws the random moments of
 * scenarios from a seed.
 */
import { appendFileSync } from 'node:fs';

export const isLongRun = process.env['PADELVAR_LONG_TESTS'] === '1';

export function tellFigures(scenario: string, figures: Readonly<Record<string, number | string>>): void {
  const told = Object.entries(figures).map(([name, value]) => `${name} ${formatFigure(value)}`);
  const line = `${scenario}: ${told.join(', ')}\n`;
  process.stdout.write(`figures: ${line}`);
  const path = process.env['PADELVAR_FIGURES'];
  if (path !== undefined) appendFileSync(path, line);
}

function formatFigure(value: number | string): string {
  return typeof value === 'string' || Number.isInteger(value) ? String(value) : value.toFixed(2);
}

/** 0 to 1, the same sequence for the same seed. */
export type Random = () => number;

/** Mulberry32. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function pick<T>(random: Random, from: readonly T[]): T {
  const one = from[Math.floor(random() * from.length)];
  if (one === undefined) throw new Error('expected something to pick from');
  return one;
}
