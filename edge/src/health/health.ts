/**
 * The room `health`: what is so on this machine, for people and for the portal. It owns no state and heals nothing. The
 * portal's reachability is told beside the status and is never part of it: the device works alone.
 */
import { statfs } from 'node:fs/promises';
import { hostname, loadavg, networkInterfaces } from 'node:os';
import type { ReportedSession, Telemetry } from '@padelvar/shared/link';
import { isEnded } from '@padelvar/shared/session';

/** What the disk, its folder and the recordings say of themselves. */
export interface MachineFacts {
  diskFreeBytes: number;
  recordingMinutesLeft: number;
  diskFull: boolean;
  media: 'missing' | 'replaced' | undefined;
}

export async function freeDiskBytes(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
}

export function readTelemetry(nowMs: number, facts: MachineFacts): Telemetry {
  const { diskFreeBytes, recordingMinutesLeft, media } = facts;
  return {
    v: 1,
    at: nowMs,
    uptimeSeconds: Math.round(process.uptime()),
    rssBytes: process.memoryUsage.rss(),
    diskFreeBytes,
    recordingMinutesLeft,
    ...(media === undefined ? {} : { media }),
    loadAverage: loadavg()[0] ?? 0,
  };
}

/** Addresses of this machine on the local network. */
export function lanAddresses(): string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return addresses
    .filter(({ internal, family }) => !internal && family === 'IPv4')
    .map(({ address }) => address)
    .slice(0, 16);
}

/** Addresses and names by which this machine is called on the local network. */
export function lanNames(): string[] {
  const name = hostname().toLowerCase();
  return [...lanAddresses(), name, `${name}.local`];
}

/** Healthy means that every recording grows, and that there is a disk to record to. */
export function describeHealth(
  sessions: readonly ReportedSession[],
  portalConnected: boolean,
  { diskFull, media, recordingMinutesLeft }: MachineFacts,
): Record<string, unknown> {
  const open = sessions.filter(({ state }) => !isEnded(state));
  const recording = open.filter(({ state }) => state === 'recording');
  const silent = recording.filter((session) => session.recording?.growing !== true);
  return {
    status: silent.length === 0 && !diskFull && media === undefined ? 'ok' : 'degraded',
    openSessions: open.length,
    recording: recording.length - silent.length,
    notGrowing: silent.map(({ sessionId }) => sessionId),
    diskFull,
    recordingMinutesLeft,
    media: media ?? 'ok',
    portalConnected,
  };
}
