/**
 * Brings movies to the store while they are being recorded. This room owns the plan of parts, the order of movies and
 * the retries; it does not own the bytes (`recording/`) nor the way to the portal (`link/` provides that).
 * May import `base`, `store`, `recording` and `shared`. At most two parts are in memory.
 */
import { AppError } from '@padelvar/shared/errors';
import { UPLOAD_PART_BYTES } from '@padelvar/shared/limits';
import { createBackoff } from '../base/backoff.ts';
import type { Backoff } from '../base/backoff.ts';
import { repeat } from '../base/clock.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { compareMovies } from '../recording/movie-id.ts';
import type { MovieView } from '../recording/movie-view.ts';
import type { UploadStore } from '../store/uploads.ts';
import { createFairShare } from './fair-share.ts';
import type { FairShare } from './fair-share.ts';
import { createMovieUpload } from './movie-upload.ts';
import type { MovieUpload } from './movie-upload.ts';
import type { UploadCosts, WaitingMovie } from './ready-in.ts';
import { createCostMeter } from './upload-costs.ts';
import type { UploadPortal } from './upload-portal.ts';

export interface UploaderOptions {
  portal: UploadPortal;
  store: UploadStore;
  clock: Clock;
  log: Logger;
  /** Bytes that the store holds of a movie. */
  onProgress: (sessionId: string, sentBytes: number) => void;
  /** The portal has verified the whole movie. Said again after a restart. */
  onConfirmed: (sessionId: string) => void;
  /** The video was deleted in the portal: it is not wanted any more. */
  onGone?: (sessionId: string) => void;
}

export interface Uploader {
  /** Takes a movie up, or goes on with it through another view. */
  add(view: MovieView): void;
  /** It has grown, or is finished. */
  nudge(sessionId: string): void;
  /** Finished movies that are not confirmed, in the order in which they go up. */
  waiting(): WaitingMovie[];
  /** What they cost beside their bytes. */
  costs(): UploadCosts;
  /** No longer of interest; a step under way ends by itself. */
  remove(sessionId: string): void;
  /** Breaks off what is under way; the journal knows what arrived. */
  close(): Promise<void>;
}

/** Of one movie one part at a time; a running movie waits while a finished one is on its way. */
export const MAX_IN_FLIGHT = 2;
/** What nobody nudged is looked at this often. */
const LOOK_MS = 1_000;
const MAX_RETRY_MS = 15_000;

interface Movie {
  view: MovieView;
  upload: MovieUpload;
  backoff: Backoff;
  /** Monotonic milliseconds before which nothing is tried. */
  notBeforeMs: number;
  /** Bytes that the store held at most: what is sent again is no progress. */
  furthestBytes: number;
  isRemoved: boolean;
}

export function createUploader(options: UploaderOptions): Uploader {
  const { store, clock, log } = options;
  const movies = new Map<string, Movie>();
  const share = createFairShare(clock);
  const meter = createCostMeter();
  const underWay = new Map<Movie, Promise<void>>();
  const closing = new AbortController();
  /** While nobody answers, one movie tries for all. */
  const away = createBackoff({ maxMs: MAX_RETRY_MS });
  let awayUntilMs = -Infinity;

  const settle = (sessionId: string, movie: Movie): void => {
    if (movies.get(sessionId) !== movie) return;
    const sentBytes = movie.upload.sentBytes();
    // A store that takes parts and keeps none would be sent them for ever, as fast as the line is.
    if (sentBytes > movie.furthestBytes) movie.backoff.reset();
    movie.furthestBytes = Math.max(movie.furthestBytes, sentBytes);
    away.reset();
    awayUntilMs = -Infinity;
    options.onProgress(sessionId, sentBytes);
    if (!movie.upload.isConfirmed) return;
    movies.delete(sessionId);
    const record = store.find(sessionId);
    if (record !== undefined) store.save(sessionId, { ...record, confirmedAtMs: clock.nowMs() });
    options.onConfirmed(sessionId);
  };

  const fail = (sessionId: string, movie: Movie, error: unknown): void => {
    if (closing.signal.aborted || movies.get(sessionId) !== movie) return;
    if (error instanceof AppError && error.kind === 'gone') {
      movies.delete(sessionId);
      store.remove(sessionId);
      options.onGone?.(sessionId);
      return;
    }
    const isAway = error instanceof AppError && error.kind === 'timeout';
    const waitMs = (isAway ? away : movie.backoff).nextMs();
    log.warn({ err: error, sessionId, waitMs }, 'an upload step failed and is tried again');
    if (isAway) awayUntilMs = clock.monotonicMs() + waitMs;
    else movie.notBeforeMs = clock.monotonicMs() + waitMs;
    clock.setTimer(waitMs, pump);
  };

  const run = async (sessionId: string, movie: Movie): Promise<void> => {
    const { upload } = movie;
    const since = { atMs: clock.monotonicMs(), sendingMs: upload.sender.sendingMs };
    try {
      await upload.step(closing.signal);
      const ms = clock.monotonicMs() - since.atMs;
      const sendingMs = upload.sender.sendingMs - since.sendingMs;
      meter.note({ ms, sendingMs, isLast: upload.isConfirmed });
      settle(sessionId, movie);
    } catch (error) {
      fail(sessionId, movie, error);
    } finally {
      underWay.delete(movie);
      if (movie.isRemoved) store.remove(sessionId);
      pump();
    }
  };

  const pump = (): void => {
    while (!closing.signal.aborted && underWay.size < MAX_IN_FLIGHT) {
      const nowMs = clock.monotonicMs();
      if (nowMs < awayUntilMs || (awayUntilMs > -Infinity && underWay.size > 0)) return;
      const ready = [...movies].filter(
        ([, movie]) => !underWay.has(movie) && movie.notBeforeMs <= nowMs && movie.upload.hasWork(),
      );
      // Not sorted: after a week offline there are a thousand, and one is looked for.
      const next = ready.reduce<(typeof ready)[number] | undefined>(
        (first, one) =>
          first === undefined || compareUrgency(one[0], one[1].view, first[0], first[1].view) < 0
            ? one
            : first,
        undefined,
      );
      if (next === undefined || (isRunning(next[1]) && [...underWay.keys()].some((one) => !isRunning(one))))
        return;
      underWay.set(next[1], run(...next));
    }
  };
  const stopLooking = repeat(clock, LOOK_MS, pump);

  return {
    add(view) {
      const { sessionId } = view;
      const known = movies.get(sessionId);
      if (known !== undefined) known.view = view;
      else movies.set(sessionId, createMovie(view, options, share));
      if (movies.get(sessionId)?.upload.isConfirmed === true) {
        movies.delete(sessionId);
        options.onConfirmed(sessionId);
      }
      pump();
    },
    nudge: pump,
    waiting: () =>
      [...movies]
        .filter(([, { view }]) => view.finished() !== undefined)
        .sort(([a, x], [b, y]) => compareUrgency(a, x.view, b, y.view))
        .map(([sessionId, { view, upload }]) => {
          const missingBytes = Math.max(0, (view.finished()?.totalBytes ?? 0) - upload.sentBytes());
          return { sessionId, missingBytes, underWay: upload.sender.underWay() };
        }),
    costs() {
      const beside = [...underWay.keys()].filter(isRunning).map(({ upload }) => upload.sender.underWay());
      return { ...meter.costs, beside: beside.filter(({ bytes }) => bytes > 0) };
    },
    remove(sessionId) {
      const movie = movies.get(sessionId);
      if (movie !== undefined) movie.isRemoved = true;
      movies.delete(sessionId);
      store.remove(sessionId);
    },
    async close() {
      closing.abort();
      await stopLooking();
      await Promise.all(underWay.values());
    },
  };
}

function createMovie(view: MovieView, { portal, store, clock }: UploaderOptions, share: FairShare): Movie {
  const upload = createMovieUpload({
    sessionId: view.sessionId,
    view: () => movie.view,
    ...{ portal, store, clock, share, partBytes: UPLOAD_PART_BYTES },
  });
  const backoff = createBackoff({ maxMs: MAX_RETRY_MS });
  const movie: Movie = { view, upload, backoff, notBeforeMs: 0, furthestBytes: 0, isRemoved: false };
  return movie;
}

function isRunning({ view }: Movie): boolean {
  return view.finished() === undefined;
}

/** Finished movies before running ones, since somebody waits for them; then the oldest first. */
function compareUrgency(a: string, viewA: MovieView, b: string, viewB: MovieView): number {
  const rank = (view: MovieView): number => (view.finished() === undefined ? 1 : 0);
  return rank(viewA) - rank(viewB) || compareMovies(a, b);
}
