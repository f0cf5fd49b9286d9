/** How much can still be recorded, and whether another recording may begin. Pure. */
import { AppError } from '@padelvar/shared/errors';

/** A running recording, for its bit rate. */
export interface RunningRecording {
  bytes: number;
  elapsedMs: number;
}

/** 8 Mbit/s, what a 1080p court sends at most by default, until the recording has been measured. */
export const DEFAULT_BYTES_PER_SECOND = 1_000_000;
/** So long is a bit rate not believed, milliseconds: it begins with a keyframe and FFmpeg's start. */
const UNMEASURED_MS = 10_000;
/** A start needs room for so much, or for all of its own time where that is shorter; minutes. */
export const RESERVE_MINUTES = 15;

export function bytesPerSecond({ bytes, elapsedMs }: RunningRecording): number {
  if (elapsedMs < UNMEASURED_MS || bytes === 0) return DEFAULT_BYTES_PER_SECOND;
  return (bytes * 1000) / elapsedMs;
}

/** Whole minutes that the free bytes last for what runs, or for one court where nothing does. */
export function planMinutesLeft(freeBytes: number, running: readonly RunningRecording[]): number {
  const rate = running.reduce((sum, one) => sum + bytesPerSecond(one), 0);
  return Math.floor(freeBytes / (rate === 0 ? DEFAULT_BYTES_PER_SECOND : rate) / 60);
}

/** Throws AppError `disk_full` with the minutes that would fit beside what runs. */
export function requireRoom(
  freeBytes: number,
  running: readonly RunningRecording[],
  requestedSeconds: number,
): void {
  const minutes = planMinutesLeft(freeBytes, [...running, { bytes: 0, elapsedMs: 0 }]);
  const needed = Math.min(RESERVE_MINUTES, Math.ceil(requestedSeconds / 60));
  if (minutes >= needed) return;
  throw new AppError(
    'disk_full',
    `Expected room for at least ${String(needed)} minutes of recording, found room for ${String(minutes)}.`,
    { details: { minutesThatFit: minutes } },
  );
}
