/** How long what a part grew by waits until it is put onto the disk. */
import { statSync } from 'node:fs';
import { systemClock as clock } from '../../src/base/clock.ts';

export interface SyncWatch {
  /** Notes how long these files are now. */
  look(paths: readonly string[]): void;
  /** That many bytes of it outlast a power cut. */
  noteSync(path: string, bytes: number): void;
  /** The longest wait so far, that of what waits now included; milliseconds. */
  figures(): { worstMs: number; syncs: number };
}

export function createSyncWatch(): SyncWatch {
  const waiting = new Map<string, { bytes: number; atMs: number }[]>();
  const seen = new Map<string, number>();
  let [worstMs, syncs] = [0, 0];
  const age = (grown: readonly { atMs: number }[]): void => {
    const nowMs = clock.monotonicMs();
    worstMs = Math.max(worstMs, ...grown.map(({ atMs }) => nowMs - atMs));
  };
  return {
    look(paths) {
      const atMs = clock.monotonicMs();
      for (const path of paths) {
        const bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
        if (bytes <= (seen.get(path) ?? 0)) continue;
        seen.set(path, bytes);
        waiting.set(path, [...(waiting.get(path) ?? []), { bytes, atMs }]);
      }
    },
    noteSync(path, synced) {
      syncs += 1;
      const grown = waiting.get(path) ?? [];
      age(grown.filter(({ bytes }) => bytes <= synced));
      waiting.set(
        path,
        grown.filter(({ bytes }) => bytes > synced),
      );
    },
    figures() {
      for (const grown of waiting.values()) age(grown);
      return { worstMs, syncs };
    },
  };
}
