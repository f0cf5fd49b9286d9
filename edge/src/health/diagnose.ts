/** How the device is: what support asks for first. */
import { execFile } from 'node:child_process';
import { statfs } from 'node:fs/promises';
import { arch, cpus, freemem, loadavg, release, totalmem, type, uptime } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Diagnostics } from '@padelvar/shared/device-answers';
import type { Reported, ReportedSession } from '@padelvar/shared/link';
import { isEnded } from '@padelvar/shared/session';
import type { Clock } from '../base/clock.ts';
import type { MachineFacts } from './health.ts';

export interface DiagnoseSources {
  build: string;
  dataDir: string;
  ffmpegPath: string;
  isSupervised: boolean;
  clock: Clock;
  portal: { time: { nowMs(): number | undefined } };
  facts: () => MachineFacts;
  courts: () => Reported['courts'];
  sessions: () => readonly ReportedSession[];
  /** Finished movies that are not whole in the store, the next first. */
  waitingUploads: () => readonly { sessionId: string; missingBytes: number }[];
  line: () => Diagnostics['line'];
}

type DiagnosedCourt = Diagnostics['courts'][number];

const VERSION_TIMEOUT_MS = 3_000;
const MOST_UPLOADS = 10;

export async function diagnose(sources: DiagnoseSources): Promise<Diagnostics> {
  const { build, dataDir, isSupervised } = sources;
  const [disk, ffmpeg] = await Promise.all([
    statfs(join(dataDir, 'videos')),
    findFfmpegVersion(sources.ffmpegPath),
  ]);
  const { diskFreeBytes, recordingMinutesLeft, media } = sources.facts();
  const line = sources.line();
  return {
    build,
    node: process.version,
    ...(ffmpeg === undefined ? {} : { ffmpeg }),
    system: `${type()} ${release()} ${arch()}`.slice(0, 200),
    daemonUptimeSeconds: Math.round(process.uptime()),
    machineUptimeSeconds: Math.round(uptime()),
    supervised: isSupervised,
    ...readClockOffset(sources),
    disk: {
      freeBytes: diskFreeBytes,
      totalBytes: disk.blocks * disk.bsize,
      recordingMinutesLeft,
      ...(media === undefined ? {} : { media }),
    },
    memory: { daemonBytes: process.memoryUsage.rss(), freeBytes: freemem(), totalBytes: totalmem() },
    loadAverage: loadavg()[0] ?? 0,
    cores: cpus().length,
    courts: describeCourts(sources.courts(), sources.sessions()),
    uploads: describeUploads(sources.waitingUploads()),
    ...(line === undefined ? {} : { line }),
  };
}

function readClockOffset({ clock, portal }: DiagnoseSources): Pick<Diagnostics, 'clockOffsetMs'> {
  const portalNowMs = portal.time.nowMs();
  return portalNowMs === undefined ? {} : { clockOffsetMs: Math.round(clock.nowMs() - portalNowMs) };
}

async function findFfmpegVersion(ffmpegPath: string): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)(ffmpegPath, ['-version'], { timeout: VERSION_TIMEOUT_MS });
    return stdout.split('\n')[0]?.split(' Copyright')[0]?.slice(0, 200);
  } catch {
    return undefined;
  }
}

function describeCourts(courts: Reported['courts'], sessions: readonly ReportedSession[]): DiagnosedCourt[] {
  const open = new Map(
    sessions.filter(({ state }) => !isEnded(state)).map((session) => [session.courtId, session]),
  );
  return courts.map((court) => {
    const session = open.get(court.courtId);
    return session === undefined ? court : { ...court, session: describeSession(session) };
  });
}

function describeSession({
  sessionId,
  state,
  cameraKind,
  picture,
  recording,
}: ReportedSession): NonNullable<DiagnosedCourt['session']> {
  return {
    ...{ sessionId, state },
    ...(cameraKind === undefined ? {} : { cameraKind }),
    growing: recording?.growing ?? false,
    gaps: recording?.gaps.length ?? 0,
    ...(picture === undefined ? {} : { picture }),
  };
}

function describeUploads(
  waiting: readonly { sessionId: string; missingBytes: number }[],
): Diagnostics['uploads'] {
  return {
    waiting: waiting.length,
    missingBytes: waiting.reduce((sum, { missingBytes }) => sum + missingBytes, 0),
    next: waiting.slice(0, MOST_UPLOADS).map(({ sessionId, missingBytes }) => ({ sessionId, missingBytes })),
  };
}
