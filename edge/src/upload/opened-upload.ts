/** An upload as the portal and the journal together know it. Pure. */
import { createHash } from 'node:crypto';
import type { UploadState } from '@padelvar/shared/edge-api';
import { INDEX_LAST_ROOM_BYTES } from '@padelvar/shared/mp4/movie-header';
import type { ObjectLayout } from '../recording/layout.ts';
import type { SentPart, UploadRecord } from '../store/uploads.ts';

/** The payload of part 1 without the header's room before it. */
export type SentPayload = NonNullable<UploadRecord['firstPayload']>;

export interface OpenedUpload {
  uploadId: string;
  payloadOffset: number;
  isComplete: boolean;
  /** What the portal said it holds. */
  listed: Map<number, SentPart>;
  /** What it holds of this very movie. */
  held: Map<number, SentPart>;
  /** Where the payload of part 1 may go early; absent where the portal takes none. */
  firstPayload?: { uploadId: string; listed: SentPayload | undefined; held: SentPayload | undefined };
}

/** What both the portal and the journal know is held. */
export function describeOpened(
  state: UploadState,
  payloadOffset: number,
  known: UploadRecord | undefined,
): OpenedUpload {
  const journal = known?.uploadId === state.uploadId ? known : undefined;
  const listed = new Map(state.parts.map((part) => [part.partNumber, part]));
  const isComplete = state.state === 'complete';
  const held = (journal?.parts ?? []).filter(
    (part) => isComplete || isSame(listed.get(part.partNumber), part),
  );
  return {
    ...{ uploadId: state.uploadId, payloadOffset, isComplete, listed },
    held: new Map(held.map((part) => [part.partNumber, part])),
    ...(state.firstPayload && { firstPayload: describePayload(state.firstPayload, journal?.firstPayload) }),
  };
}

function describePayload(
  { uploadId, held: listed }: NonNullable<UploadState['firstPayload']>,
  sent: SentPayload | undefined,
): NonNullable<OpenedUpload['firstPayload']> {
  return { uploadId, listed, held: sent !== undefined && isSame(listed, sent) ? sent : undefined };
}

/** What of it was sent last, by its place in the movie. */
export function findLastSent({ held, payloadOffset, firstPayload }: OpenedUpload, partBytes: number) {
  const number = Math.max(0, ...held.keys());
  const part = held.get(number);
  if (part !== undefined) return { ...part, offset: (number - 1) * partBytes };
  return firstPayload?.held && { ...firstPayload.held, offset: payloadOffset, partNumber: undefined };
}

export function heldBytes({ held, firstPayload }: OpenedUpload): number {
  return [...held.values()].reduce((sum, { bytes }) => sum + bytes, firstPayload?.held?.bytes ?? 0);
}

/** As it was planned: an index that outgrew its room goes last all the same. */
export function layoutOf(payloadOffset: number): ObjectLayout {
  return payloadOffset <= INDEX_LAST_ROOM_BYTES ? 'index-last' : 'header-first';
}

export function md5Of(body: Uint8Array): string {
  return createHash('md5').update(body).digest('base64');
}

export function isSame(a: SentPayload | undefined, b: SentPayload): boolean {
  return a?.bytes === b.bytes && a.md5 === b.md5;
}
