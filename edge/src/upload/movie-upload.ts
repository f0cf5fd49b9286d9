/**
 * One movie on its way to the store, a step at a time: open, one part, complete. What the portal lists is the
 * truth, the journal only spares reading it again. After a failed step the next one asks the portal anew.
 */
import type { UploadCompleteRequest } from '@padelvar/shared/edge-api';
import { AppError } from '@padelvar/shared/errors';
import type { MovieView } from '../recording/movie-view.ts';
import type { SentPart, UploadStore } from '../store/uploads.ts';
import { describeOpened, findLastSent, heldBytes, isSame, layoutOf, md5Of } from './opened-upload.ts';
import type { OpenedUpload, SentPayload } from './opened-upload.ts';
import { findNextPart, planFirstPayload, planParts } from './part-plan.ts';
import type { MovieExtent, PlannedPart } from './part-plan.ts';
import { createPartSender } from './part-sender.ts';
import type { PartSender, PartSenderOptions } from './part-sender.ts';
import type { UploadPortal } from './upload-portal.ts';

export interface MovieUploadOptions extends PartSenderOptions {
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
  readonly sender: Pick<PartSender, 'underWay' | 'sendingMs'>;
  readonly isConfirmed: boolean;
}

export function createMovieUpload(options: MovieUploadOptions): MovieUpload {
  const { sessionId, view, portal, store, partBytes } = options;
  let opened: OpenedUpload | undefined;
  const sender = createPartSender(options);
  let isConfirmed = store.find(sessionId)?.confirmed ?? false;

  /** Part 1 counts as held where its payload is. */
  const isHeld = ({ partNumber, bytes }: PlannedPart): boolean =>
    opened?.held.get(partNumber)?.bytes === bytes ||
    (partNumber === 1 && bytes === partBytes && opened?.firstPayload?.held !== undefined);
  const findNext = (): PlannedPart | undefined => findNextPart(extentOf(view()), partBytes, isHeld);
  /** What of part 1 goes up before its header is known; whether the portal takes it is known once it was asked. */
  const findEarly = (): { offset: number; bytes: number } | undefined => {
    const isTaken = opened === undefined || (opened.firstPayload !== undefined && !opened.firstPayload.held);
    const extent = extentOf(view());
    if (!isTaken || layoutOf(extent.payloadOffset) === 'header-first') return undefined;
    return planFirstPayload(extent, partBytes);
  };
  const save = ({ uploadId, payloadOffset, held, firstPayload }: OpenedUpload): void => {
    const payload = firstPayload?.held && { firstPayload: firstPayload.held };
    const parts = [...held.values()];
    store.save(sessionId, { uploadId, payloadOffset, parts, confirmed: isConfirmed, ...payload });
  };

  /** What was sent last can hold what a power cut then took from the disk: it is read again. */
  const forgetLost = async (resumed: OpenedUpload): Promise<void> => {
    const last = findLastSent(resumed, partBytes);
    if (last === undefined || resumed.isComplete) return;
    const body = await view()
      .read(last.offset, last.bytes)
      .catch(() => undefined);
    if (body !== undefined && md5Of(body) === last.md5) return;
    if (last.partNumber !== undefined) resumed.held.delete(last.partNumber);
    else if (resumed.firstPayload !== undefined) resumed.firstPayload.held = undefined;
  };

  /** The portal lists a payload of part 1 of which the journal knows nothing: it is this movie's if its bytes are. */
  const adoptPayload = async ({ firstPayload, payloadOffset }: OpenedUpload): Promise<void> => {
    const listed = firstPayload?.listed;
    const bytes = partBytes - payloadOffset;
    if (firstPayload === undefined || firstPayload.held !== undefined || listed?.bytes !== bytes) return;
    if (view().grownTo() < partBytes) return;
    const body = await view().read(payloadOffset, bytes);
    if (md5Of(body) === listed.md5) firstPayload.held = listed;
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
    const resumed = describeOpened(state, payloadOffset, known);
    await forgetLost(resumed);
    if (!resumed.isComplete) await adoptPayload(resumed);
    opened = resumed;
    save(opened);
  };

  const send = async (current: OpenedUpload, part: PlannedPart, signal: AbortSignal): Promise<void> => {
    const body = await view().read(part.offset, part.bytes);
    const sent: SentPart = { partNumber: part.partNumber, bytes: part.bytes, md5: md5Of(body) };
    if (!current.isComplete && !isSame(current.listed.get(part.partNumber), sent))
      await sender.send(current.uploadId, sent, body, signal);
    current.held.set(part.partNumber, sent);
    save(current);
  };

  const sendEarly = async (
    current: OpenedUpload,
    early: { offset: number; bytes: number },
    signal: AbortSignal,
  ): Promise<void> => {
    const { firstPayload } = current;
    if (firstPayload === undefined) return;
    const body = await view().read(early.offset, early.bytes);
    const sent: SentPayload = { bytes: early.bytes, md5: md5Of(body) };
    await sender.send(firstPayload.uploadId, { partNumber: 1, ...sent }, body, signal);
    firstPayload.held = sent;
    save(current);
  };

  /** All parts; of one whose payload went early the header is told. */
  const listParts = async (
    { held, payloadOffset, firstPayload }: OpenedUpload,
    totalBytes: number,
  ): Promise<Pick<UploadCompleteRequest, 'parts' | 'firstPayload'>> => {
    const parts = planParts(totalBytes, partBytes).flatMap(({ partNumber }) => held.get(partNumber) ?? []);
    if (held.has(1) || firstPayload?.held === undefined) return { parts };
    const body = await view().read(0, partBytes);
    const header = body.toString('base64', 0, payloadOffset);
    return {
      parts: [{ partNumber: 1, bytes: partBytes, md5: md5Of(body) }, ...parts],
      firstPayload: { md5: firstPayload.held.md5, header },
    };
  };

  const finish = async (current: OpenedUpload, signal: AbortSignal): Promise<void> => {
    const whole = view().finished();
    if (whole === undefined) return;
    const { totalBytes, movie } = whole;
    const listed = await listParts(current, totalBytes);
    const request = { uploadId: current.uploadId, totalBytes, ...listed, movie };
    const bytes = await portal.complete(sessionId, request, signal);
    if (bytes !== totalBytes) {
      throw new AppError('conflict', `expected ${String(totalBytes)} stored bytes, found ${String(bytes)}`);
    }
    isConfirmed = true;
    save({ ...current, held: new Map() });
  };

  const advance = async (signal: AbortSignal): Promise<void> => {
    if (opened?.payloadOffset !== view().payloadOffset) await resume(signal);
    if (opened === undefined) return;
    const early = findEarly();
    if (early !== undefined) return sendEarly(opened, early, signal);
    const next = findNext();
    await (next === undefined ? finish(opened, signal) : send(opened, next, signal));
  };

  return {
    hasWork: () =>
      !isConfirmed &&
      (view().finished() !== undefined || findNext() !== undefined || findEarly() !== undefined),
    async step(signal) {
      try {
        await advance(signal);
      } catch (error) {
        opened = undefined;
        throw error;
      }
    },
    sender,
    sentBytes: () => (opened === undefined ? 0 : heldBytes(opened)),
    get isConfirmed() {
      return isConfirmed;
    },
  };
}

function extentOf(view: MovieView): MovieExtent {
  return {
    payloadOffset: view.payloadOffset,
    grownToBytes: view.grownTo(),
    totalBytes: view.finished()?.totalBytes,
  };
}
