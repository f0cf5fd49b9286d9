/** The newest lines of the daemon's own log, in memory: what was before the daemon began is in the system's journal. */

import { MAX_LOG_LINE_CHARACTERS } from '@padelvar/shared/device-answers';

export interface RecentLines {
  add(line: string): void;
  /** Oldest first. */
  list(): readonly string[];
}

/** Twice of what leaves of a line: a secret that is cut in two here, and so not masked, is cut off there. */
const MOST_CHARACTERS = 2 * MAX_LOG_LINE_CHARACTERS;

export function createRecentLines(mostLines: number): RecentLines {
  let lines: string[] = [];
  return {
    add(line) {
      lines.push(line.trimEnd().slice(0, MOST_CHARACTERS));
      // Seldom, so that a line costs no move of all others.
      if (lines.length >= 2 * mostLines) lines = lines.slice(-mostLines);
    },
    list: () => lines.slice(-mostLines),
  };
}
