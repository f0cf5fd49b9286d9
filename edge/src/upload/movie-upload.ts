/**
 * One movie on its way to the store, a step at a time: open, one part, complete. What the portal lists is the
 * truth, the journal only spares reading it again. After a failed step the next one asks the portal anew.
 */
import { createHash } from 'node:crypto';
import type { UploadState } from '@padelvar/shared/edge-api';
import { AppError } from '@padelvar/shared/errors';
import { storageTroubleOf } from '@padelvar/shared/storage-trouble';
import type { StorageTrouble } from '@padelvar/shared/storage-trouble';
import { INDEX_LAST_ROOM_BYTES } from '@padelvar/shared/mp4/movie-header';
import type { ObjectLayout } from '../recording/layout.ts';
import type { MovieView } from '../recording/movie-view.ts';
import type { SentPart, UploadStore } from '../store/uploads.ts';
import { findNextPart, planParts } from './part-plan.ts';
import type { MovieExtent, PlannedPart } from './part-plan.ts';
import type { UploadPortal } from './upload-portal.ts';

export interface MovieUploadOptions {
  sessionId: string;
  /** Asked at each step: a recording that ends is seen through another view. */
  view: () => MovieView;
  portal: UploadPortal;
  store: UploadStore;
  partBytes: number;
}

export interface MovieUpload {
  /** Whether a step has something to do now. */
  hasWork(): boolean;
  /** Does the next thing. Throws what the portal or the disk threw. */
  step(signal: AbortSignal): Promise<void>;
  /** Bytes that the store holds. */
  sentBytes(): number;
  /** Bytes of the part that is on its way; 0 while none is. */
  underWayBytes(): number;
  readonly isConfirmed: boolean;
}

interface Opened {
  uploadId: string;
  payloadOffset: number;
  isComplete: boolean;
  /** What the portal said it holds. */
  listed: Map<number, SentPart>;
  /** What it holds of this very movie. */
  held: Map<number, SentPart>;
}

export function createMovieUpload(options: MovieUploadOptions): MovieUpload {
  const { sessionId, view, portal, store, partBytes } = options;
  let opened: Opened | undefined;
  /** What the store answered to the last part. */
  let trouble: StorageTrouble | undefined;
  let underWayBytes = 0;
  let isConfirmed = store.find(sessionId)?.confirmed ?? false;

  const findNext = (): PlannedPart | undefined =>
    findNextPart(extentOf(view()), partBytes, ({ partNumber, bytes }) => {
      return opened?.held.get(partNumber)?.bytes === bytes;
    });
  const save = ({ uploadId, payloadOffset, held }: Opened): void =>
    store.save(sessionId, { uploadId, payloadOffset, parts: [...held.values()], confirmed: isConfirmed });

  /** The last part that was sent can hold what a power cut then took from the disk: it is read again. */
  const forgetLost = async ({ isComplete, held }: Opened): Promise<void> => {
    const last = [...held.values()].reduce<SentPart | undefined>(
      (highest, part) => (part.partNumber > (highest?.partNumber ?? 0) ? part : highest),
      undefined,
    );
    if (last === undefined || isComplete) return;
    const body = await view()
      .read((last.partNumber - 1) * partBytes, last.bytes)
      .catch(() => undefined);
    if (body === undefined || md5Of(body) !== last.md5) held.delete(last.partNumber);
  };

  /** Opens, and takes as sent what both the portal and the journal know. */
  const resume = async (signal: AbortSignal): Promise<void> => {
    const { payloadOffset } = view();
    const known = store.find(sessionId);
    if (known !== undefined && known.payloadOffset !== payloadOffset) {
      await portal.abandon(sessionId, signal);
      store.remove(sessionId);
    }
    const state = await portal.open(sessionId, layoutOf(payloadOffset), signal);
    const sent = known?.uploadId === state.uploadId ? known.parts : [];
    const resumed = describeOpened(state, payloadOffset, sent);
    await forgetLost(resumed);
    opened = resumed;
    save(opened);
  };

  const send = async (current: Opened, part: PlannedPart, signal: AbortSignal): Promise<void> => {
    const body = await view().read(part.offset, part.bytes);
    const sent: SentPart = { partNumber: part.partNumber, bytes: part.bytes, md5: md5Of(body) };
    if (!current.isComplete && !isSame(current.listed.get(part.partNumber), sent)) {
      const request = { uploadId: current.uploadId, ...sent, ...(trouble === undefined ? {} : { trouble }) };
      const signed = await portal.signPart(sessionId, request, signal);
      try {
        underWayBytes = part.bytes;
        await portal.putPart(signed, body, signal);
        trouble = undefined;
      } catch (error) {
        if (error instanceof AppError) trouble = storageTroubleOf(error.kind);
        throw error;
      } finally {
        underWayBytes = 0;
      }
    }
    current.held.set(part.partNumber, sent);
    save(current);
  };

  const finish = async (current: Opened, signal: AbortSignal): Promise<void> => {
    const whole = view().finished();
    if (whole === undefined) return;
    const { totalBytes, movie } = whole;
    const parts = planParts(totalBytes, partBytes).flatMap(
      ({ partNumber }) => current.held.get(partNumber) ?? [],
    );
    const request = { uploadId: current.uploadId, totalBytes, parts, movie };
    const bytes = await portal.complete(sessionId, request, signal);
    if (bytes !== totalBytes) {
      throw new AppError('conflict', `expected ${String(totalBytes)} stored bytes, found ${String(bytes)}`);
    }
    isConfirmed = true;
    save({ ...current, held: new Map() });
  };

  const advance = async (signal: AbortSignal): Promise<void> => {
    if (opened?.payloadOffset !== view().payloadOffset) await resume(signal);
    const next = findNext();
    if (opened === undefined) return;
    await (next === undefined ? finish(opened, signal) : send(opened, next, signal));
  };

  return {
    hasWork: () => !isConfirmed && (view().finished() !== undefined || findNext() !== undefined),
    async step(signal) {
      try {
        await advance(signal);
      } catch (error) {
        opened = undefined;
        throw error;
      }
    },
    underWayBytes: () => underWayBytes,
    sentBytes: () => [...(opened?.held.values() ?? [])].reduce((sum, { bytes }) => sum + bytes, 0),
    get isConfirmed() {
      return isConfirmed;
    },
  };
}

/** As it was planned: an index that outgrew its room goes last all the same. */
function layoutOf(payloadOffset: number): ObjectLayout {
  return payloadOffset <= INDEX_LAST_ROOM_BYTES ? 'index-last' : 'header-first';
}

function extentOf(view: MovieView): MovieExtent {
  return {
    payloadOffset: view.payloadOffset,
    grownToBytes: view.grownTo(),
    totalBytes: view.finished()?.totalBytes,
  };
}

function describeOpened(state: UploadState, payloadOffset: number, sent: readonly SentPart[]): Opened {
  const listed = new Map(state.parts.map((part) => [part.partNumber, part]));
  const isComplete = state.state === 'complete';
  const known = sent.filter((part) => isComplete || isSame(listed.get(part.partNumber), part));
  return {
    uploadId: state.uploadId,
    payloadOffset,
    isComplete,
    listed,
    held: new Map(known.map((part) => [part.partNumber, part])),
  };
}

function md5Of(body: Buffer): string {
  return createHash('md5').update(body).digest('base64');
}

function isSame(a: SentPart | undefined, b: SentPart): boolean {
  return a?.bytes === b.bytes && a.md5 === b.md5;
}
