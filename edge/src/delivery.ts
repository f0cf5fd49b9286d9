/** The way of a movie from the disk to the library and off the disk, wired for `app.ts`. */
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { parseSessionId } from '@padelvar/shared/ids';
import type { EdgeSettings, FurtherMovie, ReportedSession, Telemetry } from '@padelvar/shared/link';
import type { Clock } from './base/clock.ts';
import type { Logger } from './base/log.ts';
import type { PortalClient } from './link/portal-client.ts';
import { createUploadPortal } from './link/upload-portal.ts';
import { recordingPaths } from './recording/folder.ts';
import { formatMovieId, parseMovieId } from './recording/movie-id.ts';
import { planLayout } from './recording/layout.ts';
import type { ObjectLayout } from './recording/layout.ts';
import type { MovieView } from './recording/movie-view.ts';
import { listSideFiles, readSideFile } from './recording/side-files.ts';
import { makeStoryboard } from './recording/storyboard.ts';
import type { SessionManager } from './session/manager.ts';
import type { Store } from './store/database.ts';
import { createUplinkMemory } from './store/uplink.ts';
import { createUploadStore } from './store/uploads.ts';
import { planReadyIn } from './upload/ready-in.ts';
import { createRetention } from './upload/retention.ts';
import type { LocalCopy } from './upload/retention-plan.ts';
import { KEEP_UPLOADED_HOURS, planConfirmedAt, planWantedFree } from './upload/retention-plan.ts';
import { planRunningKbit } from './upload/running-rate.ts';
import { createSideUploads } from './upload/side-uploads.ts';
import type { SideFiles } from './upload/side-uploads.ts';
import { createUplink } from './upload/uplink.ts';
import { createUploader, MAX_IN_FLIGHT } from './upload/uploader.ts';

export interface DeliveryOptions {
  dataDir: string;
  ffmpegPath: string;
  client: PortalClient;
  store: Store;
  clock: Clock;
  log: Logger;
  sessions: Pick<SessionManager, 'reports' | 'find' | 'finished' | 'noteUpload' | 'deleteMovie'>;
  settings: () => EdgeSettings | undefined;
  courts: () => number;
  /** A copy has left the device. */
  onRemoved: (sessionId: string) => void;
}

export interface Delivery {
  /** A recording is there to be uploaded, or to be seen through another view. */
  add(view: MovieView): void;
  /** They may have grown, or be finished. */
  nudge(sessionIds: readonly string[]): void;
  /** Its video is not wanted any more. */
  forget(sessionId: string): void;
  /** After the sessions of an earlier daemon were taken up: what of them is not all there yet. */
  resume(): void;
  /** Whether anybody waits for a movie. */
  readonly isBusy: boolean;
  /** The finished movies that the store does not hold whole, in the order in which they go up. */
  waiting(): { sessionId: string; missingBytes: number }[];
  /** The reports, with the time until each finished movie is ready. */
  withReadyIn(reports: readonly ReportedSession[]): ReportedSession[];
  /** Where the index of a recording is to stand that begins now on that court. */
  layout(courtId: string): ObjectLayout;
  describeUplink(): NonNullable<Telemetry['uplink']>;
  /** Live pictures that went out. */
  noteLive(bytes: number): void;
  close(): Promise<void>;
}

export function createDelivery(options: DeliveryOptions): Delivery {
  const { client, clock, log, sessions, settings } = options;
  const records = createUploadStore(options.store);
  const memory = createUplinkMemory(options.store);
  const uplink = createUplink({
    ...{ clock, log, measuredBefore: memory.load() },
    ceilingKbitPerSecond: () => settings()?.uplinkKbitPerSecond,
    runningKbitPerSecond: () => planRunningKbit(sessions.reports()),
    onMeasured: (kbit) => memory.save(kbit),
  });
  const furtherOf = (sessionId: string): FurtherMovie[] =>
    sessions.find(sessionId)?.report.recording?.further ?? [];
  /** The match itself and what lies beside it. */
  const movieIdsOf = (sessionId: string): string[] =>
    [1, ...furtherOf(sessionId).map(({ number }) => number)].map((number) =>
      formatMovieId({ sessionId, number }),
    );
  const portal = createUploadPortal(client, uplink, (movieId) => {
    const name = parseMovieId(movieId);
    return furtherOf(name.sessionId).find(({ number }) => number === name.number);
  });
  const sides = createSideUploads({ portal, store: records, files: openSideFiles(options), clock, log });
  const note = (sessionId: string, sentBytes: number, confirmed: boolean): void =>
    sessions.noteUpload(sessionId, { sentBytes, confirmed });
  const remove = async (sessionId: string): Promise<void> => {
    sides.remove(sessionId);
    const movieIds = movieIdsOf(sessionId);
    await sessions.deleteMovie(sessionId);
    for (const movieId of movieIds) uploader.remove(movieId);
  };
  const uploader = createUploader({
    ...{ portal, store: records, clock, log },
    // A match is reported by its own movie.
    onProgress(movieId, sentBytes) {
      if (parseMovieId(movieId).number === 1) note(movieId, sentBytes, false);
    },
    onConfirmed(movieId) {
      const { sessionId, number } = parseMovieId(movieId);
      if (number !== 1) return;
      note(sessionId, sessions.find(sessionId)?.view?.finished()?.totalBytes ?? 0, true);
      sides.add(sessionId);
    },
    onGone: (movieId) =>
      void remove(parseMovieId(movieId).sessionId).catch((error: unknown) =>
        log.warn({ err: error }, 'movie stays'),
      ),
  });
  const retention = createRetention({
    ...{ clock, log, onRemoved: options.onRemoved },
    copies: () =>
      sessions.finished().map(({ sessionId, bytes, endedAtMs, further }): LocalCopy => {
        const ids = [1, ...further].map((number) => formatMovieId({ sessionId, number }));
        const confirmedAtMs = planConfirmedAt(
          ids.map((id) => records.find(id)),
          endedAtMs,
        );
        const isSettled = records.find(sessionId)?.sideFiles !== undefined;
        return { sessionId, bytes, confirmedAtMs, isSettled };
      }),
    keepMs: () => (settings()?.keepUploadedHours ?? KEEP_UPLOADED_HOURS) * 3_600_000,
    freeBytes: async () => (await readDisk(options.dataDir)).freeBytes,
    wantedFreeBytes: async () =>
      planWantedFree(options.courts(), (await readDisk(options.dataDir)).diskBytes),
    remove,
  });

  /** What of the line there is for uploads. */
  const carriedKbit = (): number | undefined => {
    const { measuredKbitPerSecond: measured } = uplink;
    return measured === undefined
      ? undefined
      : Math.min(measured, uplink.plan().limitKbitPerSecond ?? Infinity);
  };

  return {
    add: (view) => uploader.add(view),
    nudge(sessionIds) {
      for (const sessionId of sessionIds) uploader.nudge(sessionId);
    },
    forget(sessionId) {
      for (const movieId of movieIdsOf(sessionId)) uploader.remove(movieId);
      sides.remove(sessionId);
    },
    resume() {
      for (const { sessionId } of sessions.finished())
        if (records.find(sessionId)?.confirmed === true) sides.add(sessionId);
    },
    get isBusy() {
      return uploader.waiting().length > 0;
    },
    // A movie beside another counts to the same match.
    waiting: () =>
      uploader.waiting().map(({ sessionId: movieId, missingBytes }) => {
        return { sessionId: parseMovieId(movieId).sessionId, missingBytes };
      }),
    withReadyIn(reports) {
      const readyIn = planReadyIn(uploader.waiting(), carriedKbit(), MAX_IN_FLIGHT, uploader.costs());
      return reports.map((report) => addReadyIn(report, readyIn.get(report.sessionId)));
    },
    layout: (courtId) => planLayout(carriedKbit(), planRunningKbit(sessions.reports(), courtId)),
    describeUplink() {
      const { limitKbitPerSecond, isLifted } = uplink.plan();
      const { measuredKbitPerSecond } = uplink;
      return {
        lifted: isLifted,
        ...(measuredKbitPerSecond === undefined ? {} : { measuredKbitPerSecond }),
        ...(limitKbitPerSecond === undefined ? {} : { limitKbitPerSecond: Math.round(limitKbitPerSecond) }),
      };
    },
    noteLive: (bytes) => uplink.noteLive(bytes),
    async close() {
      await Promise.all([uploader.close(), sides.close(), retention.close()]);
      portal.close();
    },
  };
}

function addReadyIn(report: ReportedSession, readyInMs: number | undefined): ReportedSession {
  if (readyInMs === undefined || report.recording === undefined) return report;
  return {
    ...report,
    recording: { ...report.recording, upload: { ...report.recording.upload, readyInMs } },
  };
}

/** The pictures are drawn when it is their turn to be sent: one movie's at a time, at the lowest priority. */
function openSideFiles({ dataDir, ffmpegPath, sessions, log }: DeliveryOptions): SideFiles {
  const folderOf = (sessionId: string): string =>
    recordingPaths(dataDir, parseSessionId(sessionId)?.clubId ?? '', sessionId).folder;
  return {
    async list(sessionId, signal) {
      const folder = folderOf(sessionId);
      const view = sessions.find(sessionId)?.view;
      try {
        if (view !== undefined) await makeStoryboard({ folder, view, ffmpegPath, signal });
      } catch (error) {
        signal.throwIfAborted();
        log.warn({ err: error, sessionId }, 'the pictures of a seek bar could not be drawn');
      }
      return listSideFiles(folder);
    },
    read: (sessionId, name) => readSideFile(folderOf(sessionId), name),
  };
}

async function readDisk(dataDir: string): Promise<{ freeBytes: number; diskBytes: number }> {
  const { bavail, blocks, bsize } = await statfs(join(dataDir, 'videos'));
  return { freeBytes: bavail * bsize, diskBytes: blocks * bsize };
}
