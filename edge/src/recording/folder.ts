/**
 * A recording's own folder, `videos/<clubId>/<sessionId>/`: parts, start and stop marks, and later the header. Whatever
 * is needed to rebuild the recording lies here, so that a lost database loses no match.
 */
import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ClubId, CourtId, SessionId } from '@padelvar/shared/ids';
import { FurtherMovie, Gap } from '@padelvar/shared/link';
import { EndReason } from '@padelvar/shared/session';
import { z } from 'zod';
import { syncFolder, writeFileAtomic } from '../base/atomic-file.ts';

export interface RecordingPaths {
  folder: string;
  /** The finished movie, beside the folder. */
  movie: string;
}

export function recordingPaths(dataDir: string, clubId: string, sessionId: string): RecordingPaths {
  const folder = join(dataDir, 'videos', ClubId.parse(clubId), SessionId.parse(sessionId));
  return { folder, movie: `${folder}.mp4` };
}

/** Creates the folder durably; existing ones stay as they are. */
export async function createRecordingFolder({ folder }: RecordingPaths): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode: 0o700 });
  await syncFolder(dirname(folder));
  // A club's first recording makes the folders above it too.
  for (let made = dirname(folder); first !== undefined && made.startsWith(first); made = dirname(made))
    await syncFolder(dirname(made));
}

/** The first numbered movie of a recording whose codec changed: the one without a number is the first of all. */
export const FIRST_FURTHER = 2;

export function furtherMoviePath(movie: string, number: number): string {
  return movie.replace(/\.mp4$/, `.${String(number)}.mp4`);
}

/** Written before the recording is called begun. */
export const StartMarkFile = z.object({
  sessionId: SessionId,
  clubId: ClubId,
  courtId: CourtId,
  part: z.int().positive(),
  offset: z.int().nonnegative(),
  bootId: z.string(),
  startedMonotonicMs: z.number(),
  startedAtMs: z.number(),
  durationSeconds: z.int().positive(),
  /** Object bytes before the payload, as planned at the start; planned anew where an older daemon wrote the mark. */
  headerRoomBytes: z.int().positive().optional(),
});
export type StartMarkFile = z.infer<typeof StartMarkFile>;

/** Written before the ingest is ended; the first reason stays. */
export const StopMarkFile = z.object({
  reason: EndReason,
  stoppedAtMs: z.number(),
  /** How long the recording had lasted by then; absent where no daemon was there to see it end. */
  elapsedMs: z.number().nonnegative().optional(),
  /** Why nothing was being recorded then, where that is known. */
  gapReason: z.string().max(64).optional(),
  /** What is still part of it (`EndMark`); absent where no daemon was there to see it end. */
  end: z.object({ part: z.int().positive(), untilMs: z.number().nonnegative() }).optional(),
});
export type StopMarkFile = z.infer<typeof StopMarkFile>;

/** What the finished movie is, and which bytes it is made of. */
export const MovieFile = z.object({
  sessionId: SessionId,
  payloadOffset: z.int().positive(),
  totalBytes: z.int().positive(),
  /** Bytes of the index behind the payload; it stands before it where this is absent. */
  indexBytes: z.int().positive().optional(),
  durationMs: z.int().nonnegative(),
  frames: z.int().nonnegative(),
  codec: z.string(),
  width: z.int(),
  height: z.int(),
  gaps: z.array(Gap),
  /** What was recorded in another codec, in files of its own. */
  further: z.array(FurtherMovie).optional(),
  /** Part 0 is the finished movie beside the folder. */
  pieces: z.array(
    z.object({ part: z.int().nonnegative(), offset: z.int().nonnegative(), bytes: z.int().positive() }),
  ),
});
export type MovieFile = z.infer<typeof MovieFile>;

const SCHEMAS = { 'start.json': StartMarkFile, 'stop.json': StopMarkFile, 'movie.json': MovieFile };
type RecordName = keyof typeof SCHEMAS;
type RecordOf<N extends RecordName> = z.infer<(typeof SCHEMAS)[N]>;

export async function saveRecord<N extends RecordName>(
  folder: string,
  name: N,
  record: RecordOf<N>,
): Promise<void> {
  await writeFileAtomic(join(folder, name), JSON.stringify(SCHEMAS[name].parse(record)));
}

/** Undefined where it was never written; since it appears whole or not at all, an unreadable one throws. */
export async function findRecord<N extends RecordName>(
  folder: string,
  name: N,
): Promise<RecordOf<N> | undefined> {
  let text: string;
  try {
    text = await readFile(join(folder, name), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return SCHEMAS[name].parse(JSON.parse(text)) as RecordOf<N>;
}

/** Where several parts are joined, until the movie is whole. */
export function joinPath(movie: string): string {
  return `${movie}.new`;
}

export function headerPath(folder: string): string {
  return join(folder, 'header.bin');
}

export async function fileExists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** The names of the folders in a folder; none where it can't be read. */
export async function listFolders(path: string): Promise<string[]> {
  try {
    return (await readdir(path, { withFileTypes: true }))
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
  } catch {
    return [];
  }
}
