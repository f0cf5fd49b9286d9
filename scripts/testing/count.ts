/** What a check or a suite comes to, how long it took, and the line that tells it (pure). */

export interface Count {
  passed: number;
  failed: number;
  /** What failed, and how, for whoever sees only the end of the output. */
  failures: string[];
  /** What failed beside other tests, and how, and passed alone: it is among the passed. */
  passedAlone: string[];
}

export const NOTHING: Count = { passed: 0, failed: 0, failures: [], passedAlone: [] };

/** `== portal: 2744 passed, 0 failed, 2:23 min` */
export function formatLine(name: string, { passed, failed }: Count, durationMs: number): string {
  const seconds = Math.round(durationMs / 1000);
  const minutes = `${String(Math.floor(seconds / 60))}:${String(seconds % 60).padStart(2, '0')}`;
  return `== ${name}: ${String(passed)} passed, ${String(failed)} failed, ${minutes} min\n`;
}

export function addUp(counts: readonly Count[]): Count {
  return {
    passed: counts.reduce((sum, { passed }) => sum + passed, 0),
    failed: counts.reduce((sum, { failed }) => sum + failed, 0),
    failures: counts.flatMap(({ failures }) => failures),
    passedAlone: counts.flatMap(({ passedAlone }) => passedAlone),
  };
}
