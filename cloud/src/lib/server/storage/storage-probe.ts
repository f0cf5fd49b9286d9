/** Tries a store by writing a few bytes. Anybody may ask, however often: the store is asked twice a minute at most. */
import { AppError } from '@padelvar/shared/errors';
import { storageTroubleOf } from '@padelvar/shared/storage-trouble';
import type { Clock } from '../clock.ts';
import type { ObjectStore, StorageState } from './object-store.ts';

/** Where the probe's bytes lie; no movie's key begins like this. */
export const PROBE_KEY = 'probe/written.txt';
/** An answer is good for so long. */
export const PROBE_LIFE_MS = 30_000;

const BODY = new TextEncoder().encode('written to see whether it can be');

export interface StorageProbeOptions {
  clock: Pick<Clock, 'monotonicMs'>;
  put: ObjectStore['put'];
  /** Bytes of what is stored under this key. */
  read: (key: string) => Promise<number | undefined>;
}

export function createStorageProbe({ clock, put, read }: StorageProbeOptions): () => Promise<StorageState> {
  let answer: { state: Promise<StorageState>; askedAt: number } | undefined;
  const probe = async (): Promise<StorageState> => {
    try {
      await put({ key: PROBE_KEY, contentType: 'text/plain', body: BODY });
      return (await read(PROBE_KEY)) === BODY.length ? 'ok' : 'failing';
    } catch (error) {
      return (error instanceof AppError ? storageTroubleOf(error.kind) : undefined) ?? 'failing';
    }
  };
  return () => {
    const nowMs = clock.monotonicMs();
    if (answer === undefined || nowMs - answer.askedAt >= PROBE_LIFE_MS) {
      answer = { state: probe(), askedAt: nowMs };
    }
    return answer.state;
  };
}
