/**
 * Links to a device's own page on the club's network, where a match can be watched before it is in the library. The
 * device checks them by itself, so they are signed (Ed25519) and short; who may have one is the gate's to say.
 */
import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { cleanFileName } from '@padelvar/shared/content-disposition';
import { AppError } from '@padelvar/shared/errors';
import {
  WATCH_FILE_NAME_LENGTH,
  WATCH_LINK_SECONDS,
  watchMessage,
  watchPath,
} from '@padelvar/shared/watch-link';
import type { WatchClaims } from '@padelvar/shared/watch-link';
import type { Clock } from '../clock.ts';
import type { Db } from '../db/database.ts';
import { findLanOrigin } from './lan-origin.ts';
import { isPresent } from './presence.ts';

export interface WatchLink {
  url: string;
  expiresAtMs: number;
}

export interface WatchLinks {
  /** Raw Ed25519 key, base64url: what devices check links by. */
  readonly publicKey: string;
  /**
   * To be opened at the top level, by somebody on the club's network. Throws `device_offline` where the device was not
   * heard of lately, `not_ready` where it does not answer on the network or nothing was recorded, `gone` for a deleted video.
   */
  create(sessionId: string): Promise<WatchLink>;
}

export interface WatchLinksOptions {
  db: Db;
  clock: Clock;
  /** 32 bytes, base64url, the same at every start. */
  secret: string;
  /** What the movie of this session is called. */
  nameFile: (sessionId: string) => Promise<string>;
}

/** DER of an Ed25519 private key up to its 32 bytes (RFC 8410). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

export function createWatchLinks({ db, clock, secret, nameFile }: WatchLinksOptions): WatchLinks {
  const key = createPrivateKey({
    key: Buffer.concat([PKCS8_PREFIX, Buffer.from(secret, 'base64url')]),
    ...{ format: 'der', type: 'pkcs8' },
  });
  return {
    publicKey: createPublicKey(key).export({ format: 'jwk' }).x ?? '',
    async create(sessionId) {
      const { deviceId, origin } = await findPage(db, sessionId, clock.nowMs());
      const expiresAtMs = clock.nowMs() + WATCH_LINK_SECONDS * 1000;
      const fileName = fitFileName(await nameFile(sessionId));
      const token = signToken(key, { deviceId, sessionId, expiresAt: expiresAtMs, fileName });
      return { url: `${origin}${watchPath(sessionId)}?token=${token}`, expiresAtMs };
    },
  };
}

/** Undefined where it would make the link too long: the match is worth more than its name. */
function fitFileName(fileName: string): string | undefined {
  const clean = cleanFileName(fileName);
  return clean.length <= WATCH_FILE_NAME_LENGTH ? clean : undefined;
}

function signToken(key: KeyObject, claims: WatchClaims): string {
  const text = Buffer.from(JSON.stringify(claims)).toString('base64url');
  return `${text}.${sign(null, Buffer.from(watchMessage(text)), key).toString('base64url')}`;
}

async function findPage(
  db: Db,
  sessionId: string,
  nowMs: number,
): Promise<{ deviceId: string; origin: string }> {
  const row = await db
    .selectFrom('match_session')
    .innerJoin('device', 'device.id', 'match_session.device_id')
    .select(['device.id', 'device.lan', 'device.lan_port', 'device.online', 'device.last_seen_at'])
    .select(['match_session.movie_state', 'match_session.started_at'])
    .where('match_session.id', '=', sessionId)
    .executeTakeFirst();
  if (row?.movie_state === 'deleted') throw new AppError('gone', 'this video has been deleted');
  if (row?.started_at == null) throw new AppError('not_ready', 'nothing of this match is recorded yet');
  if (!isPresent(row, nowMs)) throw new AppError('device_offline', 'the mini-PC of this club is offline');
  const origin = findLanOrigin(row);
  if (origin === undefined)
    throw new AppError('not_ready', 'the mini-PC of this club does not answer on the club’s network');
  return { deviceId: row.id, origin };
}
