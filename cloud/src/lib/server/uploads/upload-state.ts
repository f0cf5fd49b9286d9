/** What a device is told of its upload. Pure. */
import type { UploadState } from '@padelvar/shared/edge-api';
import { UPLOAD_PART_BYTES } from '@padelvar/shared/limits';
import type { StoredPart } from '../storage/object-store.ts';
import { planUploadLimits } from './upload-limits.ts';
import type { UploadRow } from './upload-rows.ts';
import type { SessionRow } from './upload-session.ts';

export function describeOpen(
  session: SessionRow,
  row: UploadRow,
  parts: StoredPart[],
  firstPayload?: UploadState['firstPayload'],
): UploadState {
  return { ...describe(session, row), state: 'open', parts, ...(firstPayload && { firstPayload }) };
}

/** The object is there: only what the movie is may have to be told again. */
export function describeComplete(session: SessionRow, row: UploadRow): UploadState {
  return { ...describe(session, row), state: 'complete', parts: [] };
}

function describe(session: SessionRow, row: UploadRow) {
  return {
    sessionId: session.id,
    uploadId: row.upload_id,
    partBytes: UPLOAD_PART_BYTES,
    maxParts: planUploadLimits(session.duration_seconds).maxParts,
  } as const;
}
