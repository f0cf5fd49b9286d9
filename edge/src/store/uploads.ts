/** The upload journal: what of each movie has reached the store, so that a restart sends nothing twice. */
import { z } from 'zod';
import type { Store } from './database.ts';

const SentPart = z.object({ partNumber: z.int().positive(), bytes: z.int().positive(), md5: z.string() });
export type SentPart = z.infer<typeof SentPart>;

const UploadRecord = z.object({
  uploadId: z.string(),
  /** Where the payload began when these parts were cut. */
  payloadOffset: z.int().nonnegative(),
  parts: z.array(SentPart),
  /** Of part 1 what stands behind the header's room, where it was sent before the header was known. */
  firstPayload: z.object({ bytes: z.int().positive(), md5: z.string() }).optional(),
  /** Whether the portal has confirmed the whole. */
  confirmed: z.boolean(),
  /** When it did, by the device's wall clock, milliseconds. */
  confirmedAtMs: z.number().optional(),
  /** Which small files beside the movie have arrived; absent until the last of them has been tried. */
  sideFiles: z.array(z.string()).optional(),
});
export type UploadRecord = z.infer<typeof UploadRecord>;

export interface UploadStore {
  /** Undefined where there is none, or none that can be read. */
  find(sessionId: string): UploadRecord | undefined;
  save(sessionId: string, record: UploadRecord): void;
  remove(sessionId: string): void;
}

export function createUploadStore({ db }: Pick<Store, 'db'>): UploadStore {
  const select = db.prepare<[string], { body: string }>('SELECT body FROM upload WHERE session_id = ?');
  const upsert = db.prepare<[string, string]>(
    'INSERT INTO upload VALUES (?, ?) ON CONFLICT (session_id) DO UPDATE SET body = excluded.body',
  );
  const drop = db.prepare<[string]>('DELETE FROM upload WHERE session_id = ?');
  return {
    find(sessionId) {
      const row = select.get(sessionId);
      return row === undefined ? undefined : parseRecord(row.body);
    },
    save: (sessionId, record) => void upsert.run(sessionId, JSON.stringify(record)),
    remove: (sessionId) => void drop.run(sessionId),
  };
}

function parseRecord(body: string): UploadRecord | undefined {
  try {
    return UploadRecord.parse(JSON.parse(body));
  } catch {
    return undefined;
  }
}
