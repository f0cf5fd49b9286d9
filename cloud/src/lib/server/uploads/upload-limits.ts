/** How much a recording may store: what its hard stop allows at the highest granted bit rate. Pure. */
import { AppError } from '@padelvar/shared/errors';
import {
  MAX_DURATION_MINUTES,
  MAX_HEADER_ROOM_BYTES,
  MAX_RECORDING_KBIT_PER_SECOND,
  MAX_UPLOAD_PARTS,
  UPLOAD_PART_BYTES,
} from '@padelvar/shared/limits';

/** Pre-roll and what runs on until the recorder has stopped. */
const SLACK_SECONDS = 60;

export interface UploadLimits {
  maxBytes: number;
  maxParts: number;
}

/** `durationSeconds` is the hard stop; null where a device began by itself and has not said it yet. */
export function planUploadLimits(durationSeconds: number | null): UploadLimits {
  const seconds = Math.min(durationSeconds ?? Infinity, MAX_DURATION_MINUTES * 60) + SLACK_SECONDS;
  const wantedBytes = (seconds * MAX_RECORDING_KBIT_PER_SECOND * 1000) / 8 + MAX_HEADER_ROOM_BYTES;
  const maxParts = Math.min(MAX_UPLOAD_PARTS, Math.ceil(wantedBytes / UPLOAD_PART_BYTES));
  return { maxBytes: maxParts * UPLOAD_PART_BYTES, maxParts };
}

interface Part {
  partNumber: number;
  bytes: number;
}

/** Parts 1 to n in order, all but the last of full size, together `totalBytes`. AppError `bad_request`. */
export function requirePartList(parts: readonly Part[], totalBytes: number, limits: UploadLimits): void {
  for (const [index, { partNumber, bytes }] of parts.entries()) {
    if (partNumber !== index + 1) throw wrongParts(`part ${index + 1}`, `part ${partNumber}`);
    const isLast = index === parts.length - 1;
    if (isLast ? bytes > UPLOAD_PART_BYTES : bytes !== UPLOAD_PART_BYTES) {
      throw wrongParts(`${UPLOAD_PART_BYTES} bytes in part ${partNumber}`, `${bytes}`);
    }
  }
  const sum = parts.reduce((bytes, part) => bytes + part.bytes, 0);
  if (sum !== totalBytes) throw wrongParts(`${totalBytes} bytes in all`, `${sum}`);
  if (parts.length > limits.maxParts) throw tooManyParts(parts.length, limits);
}

export function requirePartNumber(partNumber: number, limits: UploadLimits): void {
  if (partNumber > limits.maxParts) throw tooManyParts(partNumber, limits);
}

function wrongParts(expected: string, found: string): AppError {
  return new AppError('bad_request', `expected ${expected}, found ${found}`, { field: 'parts' });
}

function tooManyParts(found: number, { maxParts }: UploadLimits): AppError {
  return new AppError(
    'too_large',
    `expected at most ${maxParts} parts for a recording of this length, found ${found}`,
    { field: 'partNumber' },
  );
}
