/**
 * Links that share a video with whoever holds them. Owns the table `share`: a link's token is shown once and stored
 * hashed; a revoked link's row is gone. Who may share is the gate's question. May import `db`, `audit`, `files`.
 */
import { createHash, randomBytes } from 'node:crypto';
import { AppError } from '@padelvar/shared/errors';
import type { Share, ShareCreate } from '@padelvar/shared/library-api';
import type { Selectable } from 'kysely';
import { z } from 'zod';
import type { Audit } from '../audit/audit.ts';
import type { Caller } from '../auth/caller.ts';
import type { Clock } from '../clock.ts';
import { parseKeys, planPage, type Page, type PageRequest } from '../db/cursor.ts';
import type { Db } from '../db/database.ts';
import type { ShareTable } from '../db/tables.ts';

export interface FoundShare {
  sessionId: string;
  /** Set where the link leads to that clip only. */
  clipId: string | undefined;
  canDownload: boolean;
  expiresAtMs: number;
}

export interface Shares {
  /** Answers the link's address too, which nobody learns again. `conflict` at {@link MAX_SHARES}. */
  create(
    caller: Caller,
    sessionId: string,
    input: z.output<typeof ShareCreate>,
  ): Promise<Share & { url: string }>;
  /** Those that still stand, newest first. */
  list(sessionId: string, page: PageRequest): Promise<Page<Share>>;
  /** The link is good for nothing from now on. `not_found` where this video has no such link. */
  revoke(caller: Caller, sessionId: string, shareId: string): Promise<void>;
  /** Throws `gone` where the link has expired, was revoked or never was: a stranger learns no difference. */
  open(token: string): Promise<FoundShare>;
}

export interface SharesOptions {
  db: Db;
  clock: Clock;
  audit: Audit;
  origin: string;
}

/** Links of one video that stand at a time. */
export const MAX_SHARES = 50;
const DAY_MS = 24 * 60 * 60_000;
const Newest = z.tuple([z.number(), z.string()]);

export function createShares({ db, clock, audit, origin }: SharesOptions): Shares {
  return {
    async create(caller, sessionId, { expiresInDays, download, label, clipId }) {
      await refuseTooMany(db, sessionId, clock.nowMs());
      const token = randomBytes(24).toString('base64url');
      const row = {
        id: randomBytes(8).toString('hex'),
        session_id: sessionId,
        clip_id: clipId ?? null,
        token_hash: hashOf(token),
        label,
        can_download: download ? 1 : 0,
        created_by: caller.userId,
        created_at: clock.nowMs(),
        expires_at: clock.nowMs() + expiresInDays * DAY_MS,
      };
      await db.insertInto('share').values(row).execute();
      await audit.record(caller, 'share.create', sessionId, {
        ...{ shareId: row.id, expiresInDays, download },
        ...(clipId === undefined ? {} : { clipId }),
      });
      const names = { createdByName: caller.name, clipName: await findClipName(db, clipId) };
      return { ...formatShare({ ...row, ...names }), url: `${origin}/s/${token}` };
    },
    async list(sessionId, { cursor, limit }) {
      const after = parseKeys(cursor, Newest);
      let query = db
        .selectFrom('share')
        .leftJoin('user', 'user.id', 'share.created_by')
        .leftJoin('clip', 'clip.id', 'share.clip_id')
        .selectAll('share')
        .select(['user.name as createdByName', 'clip.name as clipName'])
        .where('share.session_id', '=', sessionId)
        .where('share.expires_at', '>', clock.nowMs())
        .orderBy('share.created_at', 'desc')
        .orderBy('share.id', 'desc');
      if (after !== undefined) {
        query = query.where((eb) => eb(eb.refTuple('share.created_at', 'share.id'), '<', eb.tuple(...after)));
      }
      const found = await query.limit(limit + 1).execute();
      const { rows, nextCursor } = planPage(found, limit, (row) => [row.created_at, row.id]);
      return { items: rows.map(formatShare), nextCursor };
    },
    async revoke(caller, sessionId, shareId) {
      const removed = await db
        .deleteFrom('share')
        .where('id', '=', shareId)
        .where('session_id', '=', sessionId)
        .returning('id')
        .executeTakeFirst();
      if (removed === undefined) {
        throw new AppError('not_found', 'expected the id of a link to this video; found no such link');
      }
      await audit.record(caller, 'share.revoke', sessionId, { shareId });
    },
    async open(token) {
      const row = await db
        .selectFrom('share')
        .select(['session_id', 'clip_id', 'can_download', 'expires_at'])
        .where('token_hash', '=', hashOf(token))
        .where('expires_at', '>', clock.nowMs())
        .executeTakeFirst();
      if (row === undefined) throw new AppError('gone', 'this link has expired or was taken back');
      await refuseHidden(db, row.session_id, clock.nowMs());
      return {
        sessionId: row.session_id,
        clipId: row.clip_id ?? undefined,
        canDownload: row.can_download === 1,
        expiresAtMs: row.expires_at,
      };
    },
  };
}

/** Nobody is shown a video to which somebody objects, until the club has decided. */
async function refuseHidden(db: Db, sessionId: string, nowMs: number): Promise<void> {
  const hidden = await db
    .selectFrom('match_session')
    .select('id')
    .where('id', '=', sessionId)
    .where('hidden_until', '>', nowMs)
    .executeTakeFirst();
  if (hidden !== undefined) throw new AppError('gone', 'this video is not shown at the moment');
}

async function refuseTooMany(db: Db, sessionId: string, nowMs: number): Promise<void> {
  await db.deleteFrom('share').where('session_id', '=', sessionId).where('expires_at', '<=', nowMs).execute();
  const { standing } = await db
    .selectFrom('share')
    .select((eb) => eb.fn.countAll<number>().as('standing'))
    .where('session_id', '=', sessionId)
    .executeTakeFirstOrThrow();
  if (standing < MAX_SHARES) return;
  throw new AppError('conflict', `expected fewer than ${MAX_SHARES} links to a video; take one back first`, {
    fault: 'too_many',
  });
}

async function findClipName(db: Db, clipId: string | undefined): Promise<string | null> {
  if (clipId === undefined) return null;
  const row = await db.selectFrom('clip').select('name').where('id', '=', clipId).executeTakeFirst();
  return row?.name ?? null;
}

interface ShareNames {
  createdByName: string | null;
  clipName: string | null;
}

function formatShare(row: Selectable<ShareTable> & ShareNames): Share {
  return {
    shareId: row.id,
    label: row.label,
    download: row.can_download === 1,
    createdAt: new Date(row.created_at).toISOString(),
    expiresAt: new Date(row.expires_at).toISOString(),
    createdBy: row.createdByName ?? '',
    clipId: row.clip_id,
    clipName: row.clipName,
  };
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
