/** Brings the parts of one movie to the store, one at a time, and tells how far it is with that. */
import { AppError } from '@padelvar/shared/errors';
import { storageTroubleOf } from '@padelvar/shared/storage-trouble';
import type { StorageTrouble } from '@padelvar/shared/storage-trouble';
import type { Clock } from '../base/clock.ts';
import type { SentPart } from '../store/uploads.ts';
import type { FairShare } from './fair-share.ts';
import type { UnderWay } from './ready-in.ts';
import type { UploadPortal } from './upload-portal.ts';

export interface PartSenderOptions {
  sessionId: string;
  portal: Pick<UploadPortal, 'signPart' | 'putPart'>;
  clock: Pick<Clock, 'monotonicMs' | 'setTimer'>;
  /** The line, which several movies share. */
  share: FairShare;
}

export interface PartSender {
  /** Throws what the portal or the store threw; the next one tells the portal of it. */
  send(uploadId: string, part: SentPart, body: Buffer, signal: AbortSignal): Promise<void>;
  /** The part that is on its way; 0 bytes while none is. */
  underWay(): UnderWay;
  /** Milliseconds in which bytes of it were on their way, in all. */
  readonly sendingMs: number;
}

/** A part that takes longer has a store (or a line) of less than 140 kbit/s, which no match gets through. */
export const SLOW_PART_MS = 5 * 60_000;
/** The line of a club is down for a moment now and then; twice, with the portal answering between, is the store. */
const SILENT_PARTS = 2;

export function createPartSender({ sessionId, portal, clock, share }: PartSenderOptions): PartSender {
  /** What the store answered to the last part. */
  let trouble: StorageTrouble | undefined;
  let silentParts = 0;
  let [bytes, sinceMs, sendingMs] = [0, 0, 0];
  return {
    async send(uploadId, part, body, signal) {
      const request = { uploadId, ...part, ...(trouble === undefined ? {} : { trouble }) };
      const signed = await portal.signPart(sessionId, request, signal);
      const fromMs = clock.monotonicMs();
      const stopWaiting = clock.setTimer(SLOW_PART_MS, () => {
        trouble = 'slow';
        // Asking for the address again is how the portal learns of it; the part goes on by the one that it has.
        portal.signPart(sessionId, { uploadId, ...part, trouble }, signal).catch(() => undefined);
      });
      share.begin();
      [bytes, sinceMs] = [part.bytes, share.ms];
      try {
        await portal.putPart(signed, body, signal);
        silentParts = 0;
        if (clock.monotonicMs() - fromMs < SLOW_PART_MS) trouble = undefined;
      } catch (error) {
        const isSlow = isSilence(error) && clock.monotonicMs() - fromMs >= SLOW_PART_MS;
        silentParts = isSilence(error) && !isSlow ? silentParts + 1 : 0;
        // Given up after so long, it was there all the time: what is silent is given up sooner.
        if (error instanceof AppError && !isSlow) trouble = storageTroubleOf(error.kind);
        if (silentParts >= SILENT_PARTS) trouble = 'unreachable';
        throw error;
      } finally {
        stopWaiting();
        bytes = 0;
        share.end();
        sendingMs += clock.monotonicMs() - fromMs;
      }
    },
    underWay: () => ({ bytes, forMs: bytes === 0 ? 0 : share.ms - sinceMs }),
    get sendingMs() {
      return sendingMs;
    },
  };
}

function isSilence(error: unknown): boolean {
  return error instanceof AppError && error.kind === 'timeout';
}
