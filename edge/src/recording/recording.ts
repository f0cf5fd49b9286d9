/**
 * The room `recording`: marks, movie, recovery; views over the fragment index of a session's parts. It owns what a
 * recording consists of and how it becomes one movie. It starts no FFmpeg (that is `ingest`) and knows no portal.
 */
import type { Gap } from '@padelvar/shared/link';
import type { EndReason } from '@padelvar/shared/session';
import type { MovieTrack } from '@padelvar/shared/mp4/movie-header';
import { readBootId } from '../base/child-process.ts';
import { findWallTime, WALL_STEP_MS } from '../base/clock.ts';
import type { Clock } from '../base/clock.ts';
import { planScale } from '../ingest/clock-drift.ts';
import { assemble, findEndMs, planGaps, planPieces, tracksOf } from './assemble.ts';
import type { Assembly } from './assemble.ts';
import { cutAtEnd, findEnd } from './find-end.ts';
import type { EndMark } from './find-end.ts';
import { findStart } from './find-start.ts';
import { finishOnDisk, planObject, writeHeader } from './finalise.ts';
import { findRecord, saveRecord } from './folder.ts';
import { planFragmentIndex } from './fragment-index.ts';
import { writeStoredIndex } from './stored-index.ts';
import { planFurther, writeFurtherMovies } from './further-movies.ts';
import type { MovieFile, RecordingPaths, StartMarkFile, StopMarkFile } from './folder.ts';
import { planHeaderRoom } from './layout.ts';
import type { ObjectLayout } from './layout.ts';
import { payloadBytes, viewFinished, viewRunning, viewSettled } from './movie-view.ts';
import type { MovieView } from './movie-view.ts';
import type { RecordedPart } from './recorded-part.ts';
import type { PartIndex, Piece } from './select-fragments.ts';
import { explainGaps, splitByCodec } from './split-codecs.ts';

export interface Recording {
  readonly mark: StartMarkFile;
  /** Follows the recording from its growing parts to the finished movie. */
  readonly view: MovieView;
  readonly movie: MovieFile | undefined;
  /** Moves the hard stop on, durably. The room for the index stays as it was: it is the uploader's too. */
  extend(durationSeconds: number): Promise<void>;
  /**
   * Milliseconds since its start, across daemons and boots; at least what was recorded, where this boot's clock may not be
   * set yet.
   */
  elapsedMs(): number;
  /** Where the wall clock was set since the start, so is the start by it: a later boot counts from there. */
  followWallClock(): Promise<void>;
  bytes(): number;
  /** Something was recorded in another codec and is no movie of its own yet. */
  readonly lacksFurther: boolean;
  /** The tracks so far, chunk offsets counted from the beginning of the payload. */
  tracks(): MovieTrack[];
  gaps(): Gap[];
  /** Writes the stop mark; the first stays. Answers its reason. */
  markStop(stop: StopOptions): Promise<EndReason>;
  /** After the ingest has ended: writes the index. From here on the movie can be served and stored. */
  finalise(): Promise<MovieFile>;
  /** Gives the movie its final name. In place and quick for one part, a copy for several. */
  settle(): Promise<void>;
}

export interface StopOptions {
  reason: EndReason;
  /** Milliseconds from the start to the stop. */
  elapsedMs: number;
  /** Why nothing is being recorded any more. */
  gapReason?: string | undefined;
}

export interface BeginOptions {
  paths: RecordingPaths;
  ids: { sessionId: string; clubId: string; courtId: string };
  durationSeconds: number;
  /** How much from before the start belongs to it. */
  preRollMs: number;
  /** Where the index of the stored object is to stand; first where this is absent. */
  layout?: ObjectLayout | undefined;
  parts: () => readonly RecordedPart[];
  clock: Clock;
}

/** Marks the start durably and answers the running recording. */
export async function beginRecording(options: BeginOptions): Promise<Recording> {
  const { clock } = options;
  const mark: StartMarkFile = {
    ...options.ids,
    ...findStart(options.parts(), options.preRollMs),
    bootId: readBootId(),
    startedMonotonicMs: clock.monotonicMs(),
    startedAtMs: clock.nowMs(),
    durationSeconds: options.durationSeconds,
    headerRoomBytes: planHeaderRoom(options.layout ?? 'header-first', options.durationSeconds),
  };
  await saveRecord(options.paths.folder, 'start.json', mark);
  return openRecording(options.paths, mark, options.parts, clock);
}

/** A recording by its mark, running or left behind; `stop` where that is marked already. */
export function openRecording(
  paths: RecordingPaths,
  startMark: StartMarkFile,
  parts: () => readonly RecordedPart[],
  clock: Clock,
  stop?: StopMarkFile,
): Recording {
  let mark = startMark;
  let marking: Promise<void> = Promise.resolve();
  let end = stop?.end;
  const isOfThisBoot = mark.bootId === readBootId();
  const headerRoom = mark.headerRoomBytes ?? planHeaderRoom('header-first', mark.durationSeconds);
  /** On the parts' time line. Where a daemon saw the recording end, that counts and not its hard stop. */
  const endsAtMs = (): number =>
    end === undefined ? mark.startedMonotonicMs + mark.durationSeconds * 1000 : Infinity;
  let movie: MovieFile | undefined;
  const groups = (): PartIndex[][] =>
    splitByCodec(
      parts().flatMap((part) => indexOf(part, mark, end)),
      mark,
    );
  /** Of the codec with which the recording began. */
  const indexes = (): PartIndex[] => groups()[0] ?? [];
  const explain = (gaps: readonly Gap[]): Gap[] => explainGaps(gaps, groups(), mark, endsAtMs());
  const pieces = (): Piece[] => planPieces(indexes(), mark, endsAtMs());
  const readPart = (number: number, offset: number, length: number): Promise<Buffer> => {
    const part = parts().find(({ record }) => record.number === number);
    return (
      part?.read(offset, length) ?? Promise.reject(new Error(`expected part ${String(number)}, found none`))
    );
  };
  /** Before the movie record: from that on the parts may become the movie, and their init segments are gone. */
  const storeIndex = (totalBytes: number): Promise<void> => {
    const planned = planFragmentIndex(indexes(), mark, endsAtMs(), headerRoom);
    return writeStoredIndex(paths.folder, planned, totalBytes, readPart);
  };
  /** One change at a time, durably: each keeps what the others changed. */
  const changeMark = (change: Partial<StartMarkFile>): Promise<void> => {
    const changed = marking.then(async () => {
      const next = { ...mark, ...change };
      await saveRecord(paths.folder, 'start.json', next);
      mark = next;
    });
    marking = changed.catch(() => undefined);
    return changed;
  };
  const running = viewRunning(mark.sessionId, headerRoom, pieces, readPart);
  let view = running;
  let lacksFurther = false;

  return {
    get mark() {
      return mark;
    },
    extend: (durationSeconds) => changeMark({ durationSeconds }),
    elapsedMs() {
      const elapsed = elapsedMs(mark, clock);
      if (isOfThisBoot) return elapsed;
      return Math.max(elapsed, findEndMs(indexes(), mark, endsAtMs()) - mark.startedMonotonicMs);
    },
    async followWallClock() {
      if (!isOfThisBoot) return;
      const startedAtMs = findWallTime(clock, mark.startedMonotonicMs);
      if (Math.abs(startedAtMs - mark.startedAtMs) >= WALL_STEP_MS) await changeMark({ startedAtMs });
    },
    get view() {
      return view;
    },
    get movie() {
      return movie;
    },
    bytes: () => movie?.totalBytes ?? payloadBytes(pieces()),
    get lacksFurther() {
      return lacksFurther;
    },
    tracks: () => tracksOf(assemble(indexes(), mark, endsAtMs())),
    gaps: () => movie?.gaps ?? explain(planGaps(indexes(), mark, endsAtMs())),
    async markStop({ reason, elapsedMs: tookMs, gapReason }) {
      // At once: what comes while it is written belongs to nobody, and a second try changes nothing.
      end ??= findEnd(parts(), clock.monotonicMs());
      const existing = await findRecord(paths.folder, 'stop.json');
      if (existing !== undefined) {
        end = existing.end;
        return existing.reason;
      }
      await saveRecord(paths.folder, 'stop.json', {
        ...{ reason, stoppedAtMs: clock.nowMs(), elapsedMs: Math.min(tookMs, mark.durationSeconds * 1000) },
        ...(gapReason === undefined ? {} : { gapReason }),
        ...(end === undefined ? {} : { end }),
      });
      return reason;
    },
    async finalise() {
      const assembly = assemble(indexes(), mark, endsAtMs(), await findStopMs(paths, mark));
      const gapReason = (await findRecord(paths.folder, 'stop.json'))?.gapReason;
      const explained = { ...assembly, gaps: explainEnd(explain(assembly.gaps), assembly, gapReason) };
      const object = planObject(explained, headerRoom);
      if (explained.frames > 0) await storeIndex(object.totalBytes);
      lacksFurther = planFurther(groups(), mark, endsAtMs()).length > 0;
      movie = await writeHeader(paths, mark.sessionId, explained, object);
      view = viewFinished(paths, () => movie ?? missingMovie());
      return movie;
    },
    async settle() {
      const further = await writeFurtherMovies(paths, planFurther(groups(), mark, endsAtMs()), readPart);
      if (further.length > 0) {
        movie = { ...(movie ?? missingMovie()), further };
        await saveRecord(paths.folder, 'movie.json', movie);
        lacksFurther = false;
      }
      const assembly = assemble(indexes(), mark, endsAtMs(), await findStopMs(paths, mark));
      movie = await finishOnDisk({
        ...{ paths, assembly, movie: movie ?? missingMovie() },
        parts: parts(),
        // From the rename on, the view reads the final file.
        onRenamed: (renamed) => (movie = renamed),
      });
      view = viewSettled(paths, movie);
    },
  };
}

/** The gap before the stop has no part behind it that could tell. */
function explainEnd(gaps: readonly Gap[], { durationMs }: Assembly, reason: string | undefined): Gap[] {
  return gaps.map((gap) => (reason !== undefined && gap.toMs === durationMs ? { ...gap, reason } : gap));
}

/** On the parts' time line; undefined where nobody knows when the recording ended. */
async function findStopMs(paths: RecordingPaths, mark: StartMarkFile): Promise<number | undefined> {
  const elapsed = (await findRecord(paths.folder, 'stop.json'))?.elapsedMs;
  return elapsed === undefined ? undefined : mark.startedMonotonicMs + elapsed;
}

/**
 * Milliseconds since a start: by the monotonic clock within one boot, else by the wall clock, which may have been set
 * back meanwhile.
 */
export function elapsedMs(mark: StartMarkFile, clock: Clock): number {
  const sameBoot = mark.bootId === readBootId();
  const elapsed = sameBoot ? clock.monotonicMs() - mark.startedMonotonicMs : clock.nowMs() - mark.startedAtMs;
  return Math.max(0, elapsed);
}

function missingMovie(): never {
  throw new Error('expected a finalised recording');
}

/** A part on the time line of the start mark; none while it has no frame of the recording. */
function indexOf(part: RecordedPart, mark: StartMarkFile, end: EndMark | undefined): PartIndex[] {
  const { record, init, drift } = part;
  const fragments = end === undefined ? part.fragments : cutAtEnd(part, end);
  if (init === undefined || fragments.length === 0) return [];
  const sameBoot = record.bootId === mark.bootId;
  const beganMs = sameBoot
    ? record.beganMonotonicMs
    : mark.startedMonotonicMs + record.beganAtMs - mark.startedAtMs;
  const { number, gapReason } = record;
  return [{ number, init, fragments, beganMs, gapReason, scale: planScale(drift) }];
}
