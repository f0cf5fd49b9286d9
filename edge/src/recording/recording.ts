/**
 * The room `recording`: marks, movie, recovery; views over the fragment index of a session's parts. It owns what a
 * recording consists of and how it becomes one movie. It starts no FFmpeg (that is `ingest`) and knows no portal.
 */
import type { Gap } from '@padelvar/shared/link';
import type { EndReason } from '@padelvar/shared/session';
import { readBootId } from '../base/child-process.ts';
import type { Clock } from '../base/clock.ts';
import { punchHole } from '../base/punch-hole.ts';
import type { Part } from '../ingest/ingest.ts';
import { partPath } from '../ingest/part.ts';
import { startsWithKeyframe } from '../mp4/fragment.ts';
import { findVideoTrack } from '../mp4/init-segment.ts';
import { assemble, planGaps, planPieces } from './assemble.ts';
import type { PartIndex, Piece, StartMark } from './assemble.ts';
import { finishOnDisk, writeHeader } from './finalise.ts';
import { findRecord, saveRecord } from './folder.ts';
import type { MovieFile, RecordingPaths, StartMarkFile } from './folder.ts';
import { planHeaderRoom } from './header-room.ts';
import { payloadBytes, viewFinished, viewRunning } from './movie-view.ts';
import type { MovieView } from './movie-view.ts';

/** A part as a recording needs it: from a running ingest, or from a folder that was left behind. */
export type RecordedPart = Pick<Part, 'record' | 'init' | 'fragments' | 'read'>;

export interface Recording {
  readonly mark: StartMarkFile;
  /** Follows the recording from its growing parts to the finished movie. */
  readonly view: MovieView;
  readonly movie: MovieFile | undefined;
  /** Milliseconds since its start, across daemons and boots. */
  elapsedMs(): number;
  bytes(): number;
  gaps(): Gap[];
  /** Writes the stop mark; the first reason stays. */
  markStop(reason: EndReason): Promise<EndReason>;
  /** After the ingest has ended: writes the index. From here on the movie can be served and stored. */
  finalise(): Promise<MovieFile>;
  /** Gives the movie its final name. In place and quick for one part, a copy for several. */
  settle(): Promise<void>;
}

export interface BeginOptions {
  paths: RecordingPaths;
  ids: { sessionId: string; clubId: string; courtId: string };
  durationSeconds: number;
  parts: () => readonly RecordedPart[];
  clock: Clock;
}

/** Marks the start durably and answers the running recording. */
export async function beginRecording(options: BeginOptions): Promise<Recording> {
  const { clock } = options;
  const mark: StartMarkFile = {
    ...options.ids,
    ...findStart(options.parts()),
    bootId: readBootId(),
    startedMonotonicMs: clock.monotonicMs(),
    startedAtMs: clock.nowMs(),
    durationSeconds: options.durationSeconds,
  };
  await saveRecord(options.paths.folder, 'start.json', mark);
  return openRecording(options.paths, mark, options.parts, clock);
}

/** A recording by its mark, running or left behind. */
export function openRecording(
  paths: RecordingPaths,
  mark: StartMarkFile,
  parts: () => readonly RecordedPart[],
  clock: Clock,
): Recording {
  const headerRoom = planHeaderRoom(mark.durationSeconds);
  const endsAtMs = mark.startedMonotonicMs + mark.durationSeconds * 1000;
  let movie: MovieFile | undefined;
  const indexes = (): PartIndex[] => parts().flatMap((part) => indexOf(part, mark));
  const pieces = (): ReturnType<typeof planPieces> => planPieces(indexes(), mark, endsAtMs);
  const readPart = (number: number, offset: number, length: number): Promise<Buffer> => {
    const part = parts().find(({ record }) => record.number === number);
    if (part === undefined) throw new Error(`expected part ${String(number)}, found none`);
    return part.read(offset, length);
  };
  const running = viewRunning(mark.sessionId, headerRoom, pieces, readPart);
  let view = running;

  return {
    mark,
    elapsedMs: () => elapsedMs(mark, clock),
    get view() {
      return view;
    },
    get movie() {
      return movie;
    },
    bytes: () => movie?.totalBytes ?? payloadBytes(pieces()),
    gaps: () => movie?.gaps ?? planGaps(indexes(), mark, endsAtMs),
    async markStop(reason) {
      const existing = await findRecord(paths.folder, 'stop.json');
      if (existing !== undefined) return existing.reason;
      await saveRecord(paths.folder, 'stop.json', { reason, stoppedAtMs: clock.nowMs() });
      return reason;
    },
    async finalise() {
      movie = await writeHeader(paths, mark.sessionId, assemble(indexes(), mark, endsAtMs), headerRoom);
      view = viewFinished(paths, () => movie ?? missingMovie());
      return movie;
    },
    async settle() {
      const all = indexes();
      const assembly = assemble(all, mark, endsAtMs);
      await punchOutside(paths, all, assembly.pieces);
      movie = await finishOnDisk(paths, movie ?? missingMovie(), assembly, all);
    },
  };
}

/** Milliseconds since a start: by the monotonic clock within one boot, else by the wall clock. */
export function elapsedMs(mark: StartMarkFile, clock: Clock): number {
  const sameBoot = mark.bootId === readBootId();
  return sameBoot ? clock.monotonicMs() - mark.startedMonotonicMs : clock.nowMs() - mark.startedAtMs;
}

/** Frames outside the recording do not stay on the disk. */
async function punchOutside(
  paths: RecordingPaths,
  parts: readonly PartIndex[],
  pieces: readonly Piece[],
): Promise<void> {
  for (const { part, offset } of pieces) {
    const init = parts.find(({ number }) => number === part)?.init;
    if (init !== undefined) await punchHole(partPath(paths.folder, part), init.bytes, offset - init.bytes);
  }
}

function missingMovie(): never {
  throw new Error('expected a finalised recording');
}

/** The newest keyframe on disk, so that the recording begins with what is on the court now; else whatever comes next. */
function findStart(parts: readonly RecordedPart[]): StartMark {
  const part = parts.at(-1);
  const track = part?.init === undefined ? undefined : findVideoTrack(part.init);
  const keyframe = part?.fragments.findLast((fragment) => startsWithKeyframe(fragment, track?.trackId ?? 0));
  return { part: part?.record.number ?? 1, offset: keyframe?.offset ?? 0 };
}

/** A part on the time line of the start mark; none while it has no frame. */
function indexOf({ record, init, fragments }: RecordedPart, mark: StartMarkFile): PartIndex[] {
  if (init === undefined || fragments.length === 0) return [];
  const sameBoot = record.bootId === mark.bootId;
  const beganMs = sameBoot
    ? record.beganMonotonicMs
    : mark.startedMonotonicMs + record.beganAtMs - mark.startedAtMs;
  return [{ number: record.number, init, fragments, beganMs }];
}
