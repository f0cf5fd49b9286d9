/**
 * Brings the small files beside a movie to the portal, after the movie: whoever waits for the match waits for none of
 * them. One at a time, oldest first. What the portal does not take is left out; what it can't take now is tried again.
 */
import { AppError } from '@padelvar/shared/errors';
import { parseSessionId } from '@padelvar/shared/ids';
import type { SideFileName } from '@padelvar/shared/side-files';
import { createBackoff } from '../base/backoff.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { UploadStore } from '../store/uploads.ts';
import type { UploadPortal } from './upload-portal.ts';

/** Where they come from. */
export interface SideFiles {
  /** Resolves once nothing more will be made. */
  list(sessionId: string, signal: AbortSignal): Promise<readonly SideFileName[]>;
  read(sessionId: string, name: SideFileName): Promise<Buffer>;
}

export interface SideUploadsOptions {
  portal: Pick<UploadPortal, 'putSideFile'>;
  store: UploadStore;
  files: SideFiles;
  clock: Clock;
  log: Logger;
}

export interface SideUploads {
  /** The movie of that session is confirmed. Said again after a restart; what has arrived is not sent again. */
  add(sessionId: string): void;
  remove(sessionId: string): void;
  close(): Promise<void>;
}

const MAX_RETRY_MS = 60_000;
/** The portal's last word on a file: the others may still be wanted. */
const REFUSALS = new Set(['bad_request', 'not_found', 'too_large', 'gone', 'conflict']);

export function createSideUploads(options: SideUploadsOptions): SideUploads {
  const { store, clock, log } = options;
  const waiting = new Set<string>();
  const closing = new AbortController();
  const backoff = createBackoff({ maxMs: MAX_RETRY_MS });
  let running: Promise<void> | undefined;

  const drain = async (): Promise<void> => {
    for (let next = findOldest(waiting); next !== undefined; next = findOldest(waiting)) {
      closing.signal.throwIfAborted();
      try {
        await sendAll(next, options, closing.signal);
        waiting.delete(next);
        backoff.reset();
      } catch (error) {
        closing.signal.throwIfAborted();
        const waitMs = backoff.nextMs();
        log.debug({ err: error, sessionId: next, waitMs }, 'a file beside a movie is sent later');
        await clock.sleep(waitMs, closing.signal);
      }
    }
  };
  const start = (): void => {
    if (waiting.size === 0 || closing.signal.aborted) return;
    running ??= drain()
      .catch(() => undefined)
      .finally(() => {
        running = undefined;
        start();
      });
  };

  return {
    add(sessionId) {
      if (store.find(sessionId)?.sideFiles !== undefined) return;
      waiting.add(sessionId);
      start();
    },
    remove: (sessionId) => void waiting.delete(sessionId),
    async close() {
      closing.abort();
      await running;
    },
  };
}

async function sendAll(
  sessionId: string,
  { portal, store, files, log }: SideUploadsOptions,
  signal: AbortSignal,
): Promise<void> {
  const sent: string[] = [];
  for (const name of await files.list(sessionId, signal)) {
    try {
      await portal.putSideFile(sessionId, name, await files.read(sessionId, name), signal);
      sent.push(name);
    } catch (error) {
      if (!(error instanceof AppError) || !REFUSALS.has(error.kind)) throw error;
      log.warn({ err: error, sessionId, name }, 'a file beside a movie was refused');
    }
  }
  const record = store.find(sessionId);
  if (record !== undefined) store.save(sessionId, { ...record, sideFiles: sent });
}

function findOldest(sessionIds: ReadonlySet<string>): string | undefined {
  const openedAt = (sessionId: string): number => parseSessionId(sessionId)?.openedAtSeconds ?? 0;
  return [...sessionIds].sort((a, b) => openedAt(a) - openedAt(b))[0];
}
