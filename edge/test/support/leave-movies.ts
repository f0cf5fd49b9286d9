/** Finished movies as they lie on the disk, of bytes that follow from their names: matches without a recorder. */
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { headerPath, recordingPaths, saveRecord } from '../../src/recording/folder.ts';

export const LEFT_HEADER_BYTES = 100;

/** The whole object: header and payload. */
export function leftMovieBytes(sessionId: string, totalBytes: number): Buffer {
  return Buffer.alloc(totalBytes, createHash('md5').update(sessionId).digest());
}

export async function leaveMovie(dataDir: string, sessionId: string, totalBytes: number): Promise<void> {
  const [, clubId = '', courtId = '', second] = sessionId.split('_');
  const startedAtMs = Number(second) * 1000;
  const paths = recordingPaths(dataDir, clubId, sessionId);
  const bytes = leftMovieBytes(sessionId, totalBytes);
  const payload = { part: 0, offset: 0, bytes: totalBytes - LEFT_HEADER_BYTES };
  await mkdir(paths.folder, { recursive: true });
  await writeFile(paths.movie, bytes.subarray(LEFT_HEADER_BYTES));
  await writeFile(headerPath(paths.folder), bytes.subarray(0, LEFT_HEADER_BYTES));
  await saveRecord(paths.folder, 'start.json', {
    ...{ sessionId, clubId, courtId, part: 1, offset: 0, bootId: '', startedMonotonicMs: 0 },
    ...{ startedAtMs, durationSeconds: 5_400, headerRoomBytes: LEFT_HEADER_BYTES },
  });
  await saveRecord(paths.folder, 'stop.json', { reason: 'player', stoppedAtMs: startedAtMs + 5_400_000 });
  await saveRecord(paths.folder, 'movie.json', {
    ...{ sessionId, payloadOffset: LEFT_HEADER_BYTES, totalBytes, durationMs: 5_400_000, frames: 135_000 },
    ...{ codec: 'avc1', width: 1920, height: 1080, gaps: [], pieces: [payload] },
  });
}
