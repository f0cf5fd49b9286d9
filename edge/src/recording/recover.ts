/** Takes up what an earlier daemon left in a recording's folder, and finishes what can be finished. */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { parseSessionId } from '@padelvar/shared/ids';
import type { EndReason } from '@padelvar/shared/session';
import { renameDurably } from '../base/atomic-file.ts';
import type { Clock } from '../base/clock.ts';
import { partPath } from '../ingest/part.ts';
import { removeLeftParts, settleRenamed } from './finalise.ts';
import { fileExists, findRecord, listFolders, recordingPaths, saveRecord } from './folder.ts';
import type { MovieFile, RecordingPaths, StartMarkFile, StopMarkFile } from './folder.ts';
import { openLeftParts } from './left-parts.ts';
import { viewSettled } from './movie-view.ts';
import type { MovieView } from './movie-view.ts';
import { openRecording } from './recording.ts';

export interface LeftRecording {
  sessionId: string;
  clubId: string;
  courtId: string;
  paths: RecordingPaths;
  start: StartMarkFile | undefined;
  stop: StopMarkFile | undefined;
  movie: MovieFile | undefined;
}

/** Every recording folder under `videos/`. One that can't be read is reported and left as it is. */
export async function findLeftRecordings(
  dataDir: string,
  onUnreadable: (folder: string, error: unknown) => void,
): Promise<LeftRecording[]> {
  const found: LeftRecording[] = [];
  for (const clubId of await listFolders(join(dataDir, 'videos'))) {
    for (const sessionId of await listFolders(join(dataDir, 'videos', clubId))) {
      const ids = parseSessionId(sessionId);
      if (ids?.clubId !== clubId) continue;
      const paths = recordingPaths(dataDir, clubId, sessionId);
      try {
        found.push({ sessionId, clubId, courtId: ids.courtId, paths, ...(await readMarks(paths)) });
      } catch (error) {
        onUnreadable(paths.folder, error);
      }
    }
  }
  return found;
}

async function readMarks({
  folder,
}: RecordingPaths): Promise<Pick<LeftRecording, 'start' | 'stop' | 'movie'>> {
  return {
    start: await findRecord(folder, 'start.json'),
    stop: await findRecord(folder, 'stop.json'),
    movie: await findRecord(folder, 'movie.json'),
  };
}

export interface RecoveredMovie {
  movie: MovieFile;
  view: MovieView;
  reason: EndReason;
}

/** Finishes a recording that is over. Undefined where not one frame was recorded. */
export async function recoverRecording(
  left: LeftRecording,
  reason: EndReason,
  clock: Clock,
): Promise<RecoveredMovie | undefined> {
  const { paths, start } = left;
  if (left.movie === undefined && start === undefined) return undefined;
  if (left.stop === undefined)
    await saveRecord(paths.folder, 'stop.json', { reason, stoppedAtMs: clock.nowMs() });
  const settled = left.movie === undefined ? undefined : await finishRename(paths, left.movie);
  const movie =
    settled?.pieces.every(({ part }) => part === 0) === true ? settled : await finishAgain(left, clock);
  if (movie === undefined) return undefined;
  if (!(await fileExists(paths.movie))) throw new Error(`expected the movie ${paths.movie}, found none`);
  return { movie, view: viewSettled(paths, movie), reason: left.stop?.reason ?? reason };
}

async function finishAgain(
  { paths, start, stop, movie }: LeftRecording,
  clock: Clock,
): Promise<MovieFile | undefined> {
  if (start === undefined) return undefined;
  const left = await openLeftParts(paths.folder, clock, movie !== undefined);
  try {
    const recording = openRecording(paths, start, () => left.parts, clock, stop);
    if (recording.bytes() === 0) return undefined;
    await recording.finalise();
    await recording.settle();
    return recording.movie;
  } finally {
    await left.close();
  }
}

/**
 * The steps of finishing in place that come after the 16 bytes: the part no longer begins with an index of its own,
 * so only its rename can be left to do.
 */
async function finishRename(paths: RecordingPaths, movie: MovieFile): Promise<MovieFile> {
  const only = movie.pieces.length === 1 ? movie.pieces[0] : undefined;
  if (only !== undefined && only.part !== 0) {
    const path = partPath(paths.folder, only.part);
    if ((await fileExists(path)) && (await hasMediaDataFirst(path))) await renameDurably(path, paths.movie);
  }
  const settled = await settleRenamed(paths, movie);
  if (settled.pieces.every(({ part }) => part === 0)) await removeLeftParts(paths);
  return settled;
}

async function hasMediaDataFirst(path: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const { buffer } = await file.read(Buffer.alloc(8), 0, 8, 0);
    const second = await file.read(Buffer.alloc(8), 0, 8, buffer.readUInt32BE(0));
    return second.buffer.toString('latin1', 4, 8) === 'mdat';
  } finally {
    await file.close();
  }
}
