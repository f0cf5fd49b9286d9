/**
 * The payload of part 1 of a movie whose header is known at its end only. It goes up early, as part 1 of an upload of its
 * own, signed and checked like any other; when the header is told the portal puts both together. Owns `first_payload`.
 */
import { createHash, randomUUID } from 'node:crypto';
import type { UploadCompleteRequest, UploadState } from '@padelvar/shared/edge-api';
import { AppError } from '@padelvar/shared/errors';
import { UPLOAD_PART_BYTES } from '@padelvar/shared/limits';
import type { Selectable } from 'kysely';
import type { Db } from '../db/database.ts';
import type { FirstPayloadTable } from '../db/tables.ts';
import type { ObjectStore, StoredPart } from '../storage/object-store.ts';
import type { SignedParts } from './signed-parts.ts';
import { createTurns } from './turns.ts';
import type { UploadRow } from './upload-rows.ts';

type Row = Selectable<FirstPayloadTable>;
type Told = NonNullable<UploadCompleteRequest['firstPayload']>;

export interface FirstPayloads {
  /** Opens, or finds, the one beside that upload, with what the store holds of it. */
  open(upload: UploadRow): Promise<NonNullable<UploadState['firstPayload']>>;
  /** Where the parts of that upload go, if it is one of these. */
  find(sessionId: string, payloadUploadId: string): Promise<Row | undefined>;
  /** Counts part 1 as signed where a header is told for it. */
  admit(upload: UploadRow, request: UploadCompleteRequest): Promise<void>;
  /**
   * Makes part 1 of `upload` of the told header and the payload, if one is told. AppError `conflict` where they are not the
   * listed part 1: the payload is then given up, and the device sends part 1 itself. Repeatable.
   */
  join(upload: UploadRow, request: UploadCompleteRequest): Promise<void>;
  /** Nothing is left of it, in the store and here. None is no error. */
  drop(sessionId: string): Promise<void>;
  /** Sessions whose upload is over, of which a crash has left something. */
  listLeft(): Promise<string[]>;
}

export interface FirstPayloadsOptions {
  db: Db;
  store: ObjectStore;
  signedParts: SignedParts;
}

/** One at a time: each takes two parts of memory. */
const JOIN = 'join';

export function createFirstPayloads({ db, store, signedParts }: FirstPayloadsOptions): FirstPayloads {
  const turns = createTurns();
  const load = (sessionId: string): Promise<Row | undefined> =>
    db.selectFrom('first_payload').selectAll().where('session_id', '=', sessionId).executeTakeFirst();

  const create = async ({ session_id, upload_id, object_key: beside }: UploadRow): Promise<Row> => {
    const key = `${beside.slice(0, beside.lastIndexOf('/'))}/${randomUUID()}.payload`;
    const { uploadId } = await store.createUpload(key);
    const row: Row = { session_id, upload_id, payload_upload_id: uploadId, object_key: key };
    await db.insertInto('first_payload').values(row).execute();
    return row;
  };

  /** Undefined where the store can't tell any more what it holds. */
  const findHeld = async (row: Row): Promise<StoredPart[] | undefined> => {
    const { session_id: sessionId, payload_upload_id: uploadId, object_key: key } = row;
    try {
      return await signedParts.name(sessionId, uploadId, await store.listParts(key, uploadId));
    } catch (error) {
      if (!(error instanceof AppError) || error.kind !== 'not_found') throw error;
    }
    // It was about to be joined when somebody was killed.
    const head = await store.head(key);
    if (head === undefined) return undefined;
    const whole = { partNumber: 1, bytes: head.bytes, md5: '' };
    const [held] = await signedParts.name(sessionId, uploadId, [whole]);
    return held === undefined || held.md5 === '' ? undefined : [held];
  };

  const drop = async (sessionId: string): Promise<void> => {
    const row = await load(sessionId);
    if (row === undefined) return;
    await store.abort(row.object_key, row.payload_upload_id);
    await store.delete(row.object_key);
    await db
      .deleteFrom('first_payload')
      .where('session_id', '=', sessionId)
      .where('payload_upload_id', '=', row.payload_upload_id)
      .execute();
  };

  const putTogether = async (row: Row, part: StoredPart, { header: base64, md5 }: Told): Promise<Buffer> => {
    const header = Buffer.from(base64, 'base64');
    const payload = { partNumber: 1, bytes: part.bytes - header.length, md5 };
    await store.complete(row.object_key, row.payload_upload_id, [payload]);
    const body = await store.read(row.object_key, UPLOAD_PART_BYTES);
    const whole = Buffer.concat([header, body ?? new Uint8Array()]);
    if (whole.length === part.bytes && md5Of(whole) === part.md5) return whole;
    await drop(row.session_id);
    throw new AppError('conflict', 'expected header and payload to be part 1, found others', {
      details: { partNumbers: [1] },
    });
  };

  return {
    async open(upload) {
      const known = await load(upload.session_id);
      const isOurs = known?.upload_id === upload.upload_id;
      const held = isOurs ? await findHeld(known) : undefined;
      if (known !== undefined && held === undefined) await drop(upload.session_id);
      const row = held === undefined ? await create(upload) : known;
      const [part] = held ?? [];
      return {
        uploadId: row?.payload_upload_id ?? '',
        ...(part === undefined ? {} : { held: { bytes: part.bytes, md5: part.md5 } }),
      };
    },
    async find(sessionId, payloadUploadId) {
      const row = await load(sessionId);
      return row?.payload_upload_id === payloadUploadId ? row : undefined;
    },
    async admit({ session_id: sessionId, upload_id: uploadId }, { firstPayload, parts: [part] }) {
      if (firstPayload !== undefined && part !== undefined) await signedParts.add(sessionId, uploadId, part);
    },
    join: (upload, { firstPayload: told, parts: [part] }) =>
      turns.take(JOIN, async () => {
        if (told === undefined || part === undefined) return;
        const row = await load(upload.session_id);
        if (row?.upload_id !== upload.upload_id)
          throw new AppError('conflict', 'expected the payload of part 1 in the store', {
            details: { partNumbers: [1] },
          });
        const whole = await putTogether(row, part, told);
        await store.putPart(upload.object_key, upload.upload_id, part, whole);
      }),
    drop,
    async listLeft() {
      const rows = await db
        .selectFrom('first_payload')
        .leftJoin('upload', 'upload.upload_id', 'first_payload.upload_id')
        .select('first_payload.session_id')
        .where((eb) => eb.or([eb('upload.state', 'is', null), eb('upload.state', '!=', 'open')]))
        .execute();
      return rows.map((row) => row.session_id);
    },
  };
}

function md5Of(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('base64');
}
