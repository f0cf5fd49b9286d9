/** What an earlier daemon left in memory of sessions that don't go on: FFmpeg's logs and the lists with camera addresses. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseSessionId } from '@padelvar/shared/ids';
import { openLogCopy } from '../ingest/log-copy.ts';

export interface LeftMemoryOptions {
  memoryFolder: string;
  dataDir: string;
  goesOn: (sessionId: string) => boolean;
  /** The camera's password, where the court is still known. */
  secretsOf: (courtId: string) => readonly string[];
}

/** A log of such a session is moved to the disk, masked. */
export async function clearLeftMemory(options: LeftMemoryOptions): Promise<void> {
  const { memoryFolder, dataDir, goesOn, secretsOf } = options;
  for (const name of await readdir(memoryFolder).catch(() => [])) {
    const [, sessionId = '', kind] = /^(\w+)\.(list|ffmpeg\.log)$/.exec(name) ?? [];
    const ids = parseSessionId(sessionId);
    if (ids === undefined || goesOn(sessionId)) continue;
    const path = join(memoryFolder, name);
    const diskPath = join(dataDir, 'logs', 'video', name);
    await (kind === 'list'
      ? rm(path, { force: true })
      : openLogCopy(path, diskPath, secretsOf(ids.courtId)).close());
  }
}
