/** The parts that an earlier daemon left in a recording's folder, read to their end. */
import type { Clock } from '../base/clock.ts';
import { isAlive, stopProcess } from '../base/child-process.ts';
import { createLivePart } from '../ingest/live-part.ts';
import type { LivePart } from '../ingest/live-part.ts';
import { loadPartRecords, wasCutOff } from '../ingest/part.ts';

export interface LeftParts {
  readonly parts: readonly LivePart[];
  close(): Promise<void>;
}

/**
 * Throws where a part can't be read. `isIndexed`: the movie's index was made, so what it names was on the disk before, and
 * the last fragment may well be followed by half an index.
 */
export async function openLeftParts(folder: string, clock: Clock, isIndexed = false): Promise<LeftParts> {
  const records = await loadPartRecords(folder);
  const parts = records.map((record) => createLivePart({ folder, record, growing: false, clock }));
  const close = async (): Promise<void> => {
    await Promise.all(parts.map((part) => part.close()));
  };
  try {
    for (const part of parts) {
      await part.look();
      if (!isIndexed && wasCutOff(part.record, records)) await part.dropTorn();
      // Its writer may have gone on after the daemon that synced it was gone.
      await part.sync();
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { parts, close };
}

/** Ends the FFmpeg that still writes into this folder, where there is one. */
export async function endLeftIngest(folder: string, clock: Clock): Promise<void> {
  for (const { process } of await loadPartRecords(folder))
    if (isAlive(process)) await stopProcess(clock, process);
}
