/**
 * Passkeys: logging in by what a phone or a computer keeps, unlocked by its owner. Owns the table `passkey`; what is
 * signed is checked by simplewebauthn. May import `db`.
 */
import { AppError } from '@padelvar/shared/errors';
import type { Passkey, PasskeyCreate, PasskeyLogin } from '@padelvar/shared/account-api';
import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
  type AuthenticationResponseJSON,
  type RegistrationResponseJSON,
} from '@simplewebauthn/server';
import type { Selectable } from 'kysely';
import type { z } from 'zod';
import { formatInstant, type Clock } from '../clock.ts';
import type { Db } from '../db/database.ts';
import type { PasskeyTable } from '../db/tables.ts';
import { createChallenges } from '../devices/challenges.ts';
import type { Caller } from './caller.ts';

export interface Passkeys {
  list(userId: string): Promise<Passkey[]>;
  /** What the browser needs to make one. */
  beginCreate(caller: Caller): Promise<object & { challenge: string }>;
  create(caller: Caller, made: z.output<typeof PasskeyCreate>): Promise<Passkey>;
  remove(userId: string, passkeyId: string): Promise<void>;
  /** What the browser needs to log somebody in: whoever holds a passkey of this portal. */
  beginLogin(): Promise<object & { challenge: string }>;
  /** Answers whose it is; `unauthenticated` for anything that is not a passkey of somebody's. */
  login(given: z.output<typeof PasskeyLogin>): Promise<string>;
}

const CHALLENGE_LIFE_MS = 5 * 60_000;
const MAX_PASSKEYS = 20;
/** Whom a challenge to log in belongs to. */
const ANYBODY = '';

export function createPasskeys({ db, clock, origin }: { db: Db; clock: Clock; origin: string }): Passkeys {
  const challenges = createChallenges(clock, CHALLENGE_LIFE_MS);
  const { hostname: rpID } = new URL(origin);
  const listRows = (userId: string) =>
    db.selectFrom('passkey').selectAll().where('user_id', '=', userId).orderBy('created_at').execute();
  /** The checks of both: our own challenge, this portal, and a person who unlocked the passkey. */
  const expectations = (userId: string) => ({
    expectedChallenge: (challenge: string) => challenges.isOpen(userId, textOf(challenge)),
    expectedOrigin: origin,
    expectedRPID: rpID,
    requireUserVerification: true,
  });
  return {
    list: async (userId) => (await listRows(userId)).map(formatPasskey),
    async beginCreate({ userId, email, name }) {
      const known = await listRows(userId);
      if (known.length >= MAX_PASSKEYS) {
        throw new AppError('conflict', `expected fewer than ${MAX_PASSKEYS} passkeys`, { fault: 'too_many' });
      }
      const options = await generateRegistrationOptions({
        rpName: 'PadelVar',
        rpID,
        userName: email,
        userDisplayName: name,
        userID: new TextEncoder().encode(userId),
        challenge: challenges.create(userId),
        excludeCredentials: known.map(({ id, transports }) => ({
          id,
          transports: readTransports(transports),
        })),
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      });
      return { ...options };
    },
    async create({ userId }, { name, credential }) {
      const response = credential as unknown as RegistrationResponseJSON;
      const verified = await verifyRegistrationResponse({ response, ...expectations(userId) }).catch(refuse);
      if (!verified.verified) throw wrong();
      challenges.spend(challengeOf(credential.response.clientDataJSON));
      const { id, publicKey, counter, transports = [] } = verified.registrationInfo.credential;
      const row = {
        id,
        user_id: userId,
        name,
        public_key: Buffer.from(publicKey).toString('base64url'),
        counter,
        transports: JSON.stringify(transports),
        created_at: clock.nowMs(),
        used_at: null,
      };
      const made = await db
        .insertInto('passkey')
        .values(row)
        .onConflict((conflict) => conflict.column('id').doNothing())
        .returning('id')
        .executeTakeFirst();
      if (made === undefined)
        throw new AppError('conflict', 'expected a passkey that is not here yet', { fault: 'taken' });
      return formatPasskey(row);
    },
    async remove(userId, passkeyId) {
      const removed = await db
        .deleteFrom('passkey')
        .where('id', '=', passkeyId)
        .where('user_id', '=', userId)
        .returning('id')
        .executeTakeFirst();
      if (removed === undefined) throw new AppError('not_found', 'expected the id of one of your passkeys');
    },
    async beginLogin() {
      const challenge = challenges.create(ANYBODY);
      return { ...(await generateAuthenticationOptions({ rpID, challenge, userVerification: 'required' })) };
    },
    async login({ credential }) {
      const row = await db
        .selectFrom('passkey')
        .selectAll()
        .where('id', '=', credential.id)
        .executeTakeFirst();
      if (row === undefined) throw wrong();
      const stored = {
        id: row.id,
        publicKey: new Uint8Array(Buffer.from(row.public_key, 'base64url')),
        counter: row.counter,
      };
      const response = credential as unknown as AuthenticationResponseJSON;
      const expected = { response, credential: stored, ...expectations(ANYBODY) };
      const { verified, authenticationInfo } = await verifyAuthenticationResponse(expected).catch(refuse);
      if (!verified) throw wrong();
      challenges.spend(challengeOf(credential.response.clientDataJSON));
      await db
        .updateTable('passkey')
        .set({ counter: authenticationInfo.newCounter, used_at: clock.nowMs() })
        .where('id', '=', row.id)
        .execute();
      return row.user_id;
    },
  };
}

function formatPasskey(row: Selectable<PasskeyTable>): Passkey {
  return {
    passkeyId: row.id,
    name: row.name,
    createdAt: new Date(row.created_at).toISOString(),
    usedAt: formatInstant(row.used_at),
  };
}

function readTransports(text: string): string[] {
  return JSON.parse(text) as string[];
}

function textOf(base64url: string): string {
  return Buffer.from(base64url, 'base64url').toString('utf8');
}

/** The challenge that was answered, of an answer that has been checked. */
function challengeOf(clientDataJSON: string): string {
  const { challenge } = JSON.parse(textOf(clientDataJSON)) as { challenge: string };
  return textOf(challenge);
}

/** What does not read as an answer, or is signed by another key, is no passkey of ours. */
function refuse(cause: unknown): never {
  throw new AppError('unauthenticated', 'expected a passkey of this portal', { cause });
}

function wrong(): AppError {
  return new AppError('unauthenticated', 'expected a passkey of this portal');
}
