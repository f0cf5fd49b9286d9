/** Plays one match as a player's program would: open, preview, record, stop, wait, download. Names the step that fails. */
import { writeFile } from 'node:fs/promises';
import type { RecordStatus, Session } from '@padelvar/shared/portal-api';
import type { ApiClient } from './api-client.ts';
import { poll } from './processes.ts';

const STATE_MS = 30_000;
const READY_MS = 60_000;

export interface MatchResult {
  sessionId: string;
  stopToReadyMs: number;
  /** Milliseconds from the click to "recording" in the portal. */
  startToRecordingMs: number;
  bytes: number;
}

export class StepError extends Error {
  constructor(step: string, cause: unknown) {
    super(`${step}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

async function step<T>(name: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw new StepError(name, error);
  }
}

export function openSession(player: ApiClient, courtId: string): Promise<Session> {
  return step('open the session', () => player.createSession(courtId));
}

export function statusOf(player: ApiClient, sessionId: string): Promise<RecordStatus> {
  return player.getRecordingStatus(sessionId);
}

/** Milliseconds from the request to the state `recording`. */
export function startRecording(player: ApiClient, sessionId: string, durationMinutes = 90): Promise<number> {
  return step('start recording', async () => {
    const beganMs = performance.now();
    await player.startRecording(sessionId, durationMinutes);
    await waitForStatus(player, sessionId, ({ state }) => state === 'recording', STATE_MS);
    return performance.now() - beganMs;
  });
}

/** Milliseconds from the request until the movie is ready to download. */
export function stopAndWait(player: ApiClient, sessionId: string): Promise<number> {
  return step('stop and wait until ready', async () => {
    const beganMs = performance.now();
    await player.stopRecording(sessionId);
    await waitForStatus(player, sessionId, ({ movie }) => movie === 'ready', READY_MS);
    return performance.now() - beganMs;
  });
}

export async function waitForStatus(
  player: ApiClient,
  sessionId: string,
  isReached: (status: RecordStatus) => boolean,
  timeoutMs: number,
): Promise<RecordStatus> {
  let last: RecordStatus | undefined;
  const reached = await poll(timeoutMs, async () => {
    last = await statusOf(player, sessionId);
    if (last.state === 'failed')
      throw new Error(`the session failed: ${last.reason ?? ''} ${last.detail ?? ''}`);
    return isReached(last) ? last : undefined;
  });
  if (reached === undefined)
    throw new Error(`not reached in ${String(timeoutMs / 1000)} s, last: ${JSON.stringify(last)}`);
  return reached;
}

export function download(player: ApiClient, sessionId: string, path: string): Promise<number> {
  return step('download', async () => {
    const response = await player.downloadVideo(sessionId);
    const disposition = response.headers.get('content-disposition') ?? '';
    if (!disposition.startsWith('attachment'))
      throw new Error(`expected an attachment, found "${disposition}"`);
    const bytes = new Uint8Array(await response.arrayBuffer());
    await writeFile(path, bytes);
    return bytes.byteLength;
  });
}

/** A preview picture through the portal; answers its size in bytes. */
export function lookAtPreview(player: ApiClient, sessionId: string): Promise<number> {
  return step('preview', async () => {
    const response = await player.fetch(player.getSnapshotUrl(sessionId));
    const bytes = Buffer.from(await response.arrayBuffer());
    if (!response.ok)
      throw new Error(`expected 200, found ${String(response.status)}: ${bytes.toString('utf8', 0, 300)}`);
    if (bytes.readUInt16BE(0) !== 0xffd8) throw new Error('expected a JPEG');
    return bytes.byteLength;
  });
}

/** The whole match; `seconds` between start and stop. */
export async function playMatch(
  player: ApiClient,
  courtId: string,
  seconds: number,
  downloadTo: string,
): Promise<MatchResult> {
  const { sessionId } = await openSession(player, courtId);
  await lookAtPreview(player, sessionId);
  const startToRecordingMs = await startRecording(player, sessionId);
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const stopToReadyMs = await stopAndWait(player, sessionId);
  const bytes = await download(player, sessionId, downloadTo);
  return { sessionId, startToRecordingMs, stopToReadyMs, bytes };
}
