/** How long a match is recorded: the club's usual choices and the reading of a free one; pure. */
import { MAX_DURATION_MINUTES } from '@padelvar/shared/limits';

/** Minutes that a club records, usually and at most. */
export interface Lengths {
  usual: number;
  longest: number;
}

const ROUND_CHOICES = [30, 60, 90, 120];
const MOST_CHOICES = 4;

/** Up to four lengths within the club's longest, its usual one among them, the shortest first. */
export function planChoices({ usual, longest }: Lengths): number[] {
  const within = [...new Set([...ROUND_CHOICES, usual])].filter((minutes) => minutes <= longest);
  const nearest = within.sort((a, b) => Math.abs(a - usual) - Math.abs(b - usual));
  return nearest.slice(0, MOST_CHOICES).sort((a, b) => a - b);
}

/** Whole minutes up to the longest, or undefined. */
export function parseDuration(text: string, longest = MAX_DURATION_MINUTES): number | undefined {
  if (!/^\s*\d{1,4}\s*$/.test(text)) return undefined;
  const minutes = Number(text);
  return minutes >= 1 && minutes <= longest ? minutes : undefined;
}
