/** The benchmark's side of the recorder: sessions asked for as the portal does, and how long each step took. */
import { join } from 'node:path';
import type { DesiredSession, ReportedSession } from '@padelvar/shared/link';
import { formatSessionId } from '@padelvar/shared/ids';
import { systemClock as clock } from '../../edge/src/base/clock.ts';
import { recordingPaths } from '../../edge/src/recording/folder.ts';
import type { RecorderMessage, RecorderOrder, RecorderWorkerOptions } from './recorder-worker.ts';
import { startWorker } from './worker.ts';

export interface RecorderOptions {
  dataDir: string;
  /** What Node made of the sources, kept between starts as the daemon keeps it. */
  cacheFolder: string;
  ffmpegPath: string;
  addresses: readonly string[];
  /** Hard stop of every recording, seconds. */
  durationSeconds: number;
}

/** A state of a session, and the milliseconds from asking for it until it was so. */
export interface Reached {
  tookMs: number;
  /** When it was asked for, monotonic milliseconds. */
  askedAtMs: number;
  recording: ReportedSession['recording'];
}

export interface Recorder {
  readonly pid: number;
  /** Opens a session on a court, with its recording where `record` is set; answers its id. */
  open(court: number, record?: boolean): string;
  record(sessionId: string): void;
  stop(sessionId: string): void;
  /** From here on all that is being recorded goes there, until `endUploads`. */
  uploadTo(origin: string): void;
  endUploads(): void;
  /** From here on every court is looked at. */
  watch(): void;
  /** Counted from the last call for that session. Rejects where the session fails. */
  reach(sessionId: string, state: ReportedSession['state']): Promise<Reached>;
  moviePath(sessionId: string): string;
  close(): Promise<void>;
}

const CLUB = 'bench';
/** Node's arguments in `systemd/padelvar-edge.service`. */
const AS_THE_UNIT_DOES = ['--max-semi-space-size=2'];
const REACH_MS = 30_000;
/** Deadlines of the document, far enough not to matter. */
const DEADLINE_MS = 60_000;

export async function startRecorder(options: RecorderOptions, signal: AbortSignal): Promise<Recorder> {
  const { dataDir, cacheFolder, ffmpegPath, addresses, durationSeconds } = options;
  const courts = addresses.map((address, index) => ({
    courtId: `court${String(index + 1)}`,
    clubId: CLUB,
    address,
  }));
  const workerOptions: RecorderWorkerOptions = { dataDir, ffmpegPath, courts };
  const path = join(import.meta.dirname, 'recorder-worker.ts');
  const worker = startWorker<RecorderMessage>(path, workerOptions, signal, {
    execArgv: AS_THE_UNIT_DOES,
    environment: { NODE_COMPILE_CACHE: cacheFolder },
  });
  const sessions = new Map<string, DesiredSession>();
  const askedAtMs = new Map<string, number>();
  let openedAtSeconds = Math.floor(clock.nowMs() / 1000);

  const give = (order: RecorderOrder): void => worker.send(order);
  function ask(session: DesiredSession): void {
    sessions.set(session.sessionId, session);
    askedAtMs.set(session.sessionId, clock.monotonicMs());
    give({ desired: [...sessions.values()] });
  }
  const planRecording = (): NonNullable<DesiredSession['recording']> => ({
    requestedAt: clock.nowMs(),
    startDeadlineAt: clock.nowMs() + DEADLINE_MS,
    durationSeconds,
  });
  const get = (sessionId: string): DesiredSession => {
    const session = sessions.get(sessionId);
    if (session === undefined) throw new Error(`expected a session that was opened, found ${sessionId}`);
    return session;
  };

  await worker
    .receive((message) => ('ready' in message ? message : undefined), REACH_MS)
    .catch(async (error: unknown) => {
      await worker.close();
      throw error;
    });
  return {
    pid: worker.pid,
    open(court, record = false) {
      const courtId = courts[court]?.courtId ?? '';
      openedAtSeconds += 1;
      const sessionId = formatSessionId({ clubId: CLUB, courtId, openedAtSeconds });
      const openDeadlineAt = clock.nowMs() + DEADLINE_MS;
      ask({ sessionId, courtId, openDeadlineAt, ...(record ? { recording: planRecording() } : {}) });
      return sessionId;
    },
    record: (sessionId) => ask({ ...get(sessionId), recording: planRecording() }),
    stop(sessionId) {
      const { recording = planRecording(), ...session } = get(sessionId);
      const stop = { requestedAt: clock.nowMs(), reason: 'player' as const };
      ask({ ...session, recording: { ...recording, stop } });
    },
    uploadTo: (origin) => give({ uploadTo: origin }),
    endUploads: () => give({ uploads: false }),
    watch: () => give({ watched: true }),
    reach: (sessionId, state) =>
      worker.receive((message) => {
        if (!('changed' in message) || message.changed.sessionId !== sessionId) return undefined;
        const { changed } = message;
        if (changed.state === 'failed') throw new Error(`${sessionId} failed, expected ${state}`);
        const askedMs = askedAtMs.get(sessionId) ?? Number.NaN;
        return changed.state === state
          ? { tookMs: message.atMs - askedMs, askedAtMs: askedMs, recording: changed.recording }
          : undefined;
      }, REACH_MS),
    moviePath: (sessionId) => recordingPaths(dataDir, CLUB, sessionId).movie,
    close: () => worker.close(),
  };
}
