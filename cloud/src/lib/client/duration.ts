/** How long a match is recorded: the usual choices and the reading of a free one; pure. */
import { DEFAULT_DURATION_MINUTES, MAX_DURATION_MINUTES } from '@padelvar/shared/limits';

export const DURATION_CHOICES = [30, 60, DEFAULT_DURATION_MINUTES, 120] as const;

/** Whole minutes within the portal's limits, or undefined. */
export function parseDuration(text: string): number | undefined {
  if (!/^\s*\d{1,4}\s*$/.test(text)) return undefined;
  const minutes = Number(text);
  return minutes >= 1 && minutes <= MAX_DURATION_MINUTES ? minutes : undefined;
}
