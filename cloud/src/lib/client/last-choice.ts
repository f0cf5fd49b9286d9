/** The club and court chosen last on this phone. Storage may be closed to pages; then nothing is remembered. */

export interface LastChoice {
  clubId?: string;
  courtId?: string;
}

const KEY = 'padelvar.last-choice';

export function loadLastChoice(): LastChoice {
  try {
    return (JSON.parse(localStorage.getItem(KEY) ?? '{}') ?? {}) as LastChoice;
  } catch {
    return {};
  }
}

export function saveLastChoice(choice: LastChoice): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(choice));
  } catch {
    // A full or closed storage costs a convenience, nothing else.
  }
}
