/**
 * Mail: a durable outbox and its delivery. Owns the table `mail_outbox`, the words of the letters and the connection to
 * the installation's mail service; knows nothing of why somebody is written to. Off where no service is configured:
 * nothing is then written down. May import `db`.
 */
import { randomBytes } from 'node:crypto';
import { Locale } from '@padelvar/shared/locale';
import { z } from 'zod';
import type { Clock } from '../clock.ts';
import type { Db } from '../db/database.ts';
import type { Logger } from '../log.ts';
import type { Letter } from './letters.ts';
import type { MailSettings } from './mail-settings.ts';
import { planRetry, type MailFailure } from './retry-plan.ts';
import { openMessage, sealMessage } from './seal-message.ts';
import { createSmtp } from './smtp.ts';

export interface Message {
  to: string;
  locale: Locale;
  letter: Letter;
  /** A second message with the same key is not sent. */
  onceKey?: string | undefined;
  /** After this it is of no use any more; a day where nothing is said. */
  goodForMs?: number | undefined;
}

export interface Mail {
  readonly enabled: boolean;
  /** Whether it will be sent: not where mail is off, the address has had its day's share of such, or it was sent before. */
  post(message: Message): Promise<boolean>;
  /** Tries all that is due, one after the other. */
  deliver(): Promise<void>;
  /** Forgets what went out, or was given up, more than a day ago; of what must not be sent again, to whom. */
  sweep(): Promise<void>;
  /** Waits for the message that is on its way. */
  close(): Promise<void>;
}

export interface MailOptions {
  db: Db;
  clock: Clock;
  log: Logger;
  /** 32 bytes, base64url. */
  secret: string;
  settings: MailSettings | undefined;
}

/** Messages to one address within a day that others can have sent to it. */
export const MAX_PER_ADDRESS = 20;
/** They use up no share of what the portal itself has to tell, whose occasions are few and written about once. */
const SENT_BY_OTHERS: readonly Letter['kind'][] = [
  ...(['login', 'reset', 'verify', 'address', 'invitation', 'handed_over'] as const),
];
const DAY_MS = 24 * 60 * 60_000;
/** Rows with a once-key stay for as long as their occasion may come again. */
const KEEP_ONCE_MS = 60 * DAY_MS;
const Sealed = z.object({ locale: Locale, letter: z.custom<Letter>() });

export function createMail({ db, clock, log, secret, settings }: MailOptions): Mail {
  const smtp = settings && createSmtp(settings);
  const closing = new AbortController();
  let turn = Promise.resolve();

  const attempt = async (row: OutboxRow): Promise<void> => {
    const attempts = row.attempts + 1;
    try {
      const message = Sealed.parse(JSON.parse(openMessage(secret, row.id, row.sealed)));
      await smtp?.send({ id: row.id, to: row.to_address, ...message });
      await finish(db, row.id, 'sent', attempts);
    } catch (error) {
      const failure = error as MailFailure;
      const dueAt = planRetry({ attempts, expiresAt: row.expires_at }, failure, clock.nowMs());
      // Neither the address nor what the service said: both may hold what belongs to nobody's log.
      const { code, responseCode } = failure;
      const about = { mailId: row.id, letter: row.letter, attempts, code, responseCode };
      log.warn(about, dueAt === undefined ? 'a mail was given up' : 'a mail waits for its next attempt');
      if (dueAt === undefined) await finish(db, row.id, 'failed', attempts);
      else await postpone(db, row.id, dueAt, attempts);
    }
  };
  const deliverDue = async (): Promise<void> => {
    for (const { id } of await listDue(db, clock.nowMs())) {
      if (closing.signal.aborted) return;
      const row = await findWaiting(db, id);
      if (row !== undefined) await attempt(row);
    }
  };
  const deliver = (): Promise<void> => {
    turn = turn
      .then(deliverDue)
      .catch((error: unknown) => log.error({ err: error }, 'mail is not delivered'));
    return turn;
  };
  return {
    enabled: smtp !== undefined,
    async post(message) {
      if (smtp === undefined) return false;
      const isTaken = await enqueue({ db, clock, secret }, message);
      if (isTaken) void deliver();
      else
        log.info(
          { letter: message.letter.kind },
          'a mail was not sent: too many for its address, or sent before',
        );
      return isTaken;
    },
    async deliver() {
      if (smtp !== undefined) await deliver();
    },
    async sweep() {
      const nowMs = clock.nowMs();
      await db
        .deleteFrom('mail_outbox')
        .where('state', '!=', 'waiting')
        .where('created_at', '<', nowMs - DAY_MS)
        .where((eb) => eb.or([eb('once_key', 'is', null), eb('created_at', '<', nowMs - KEEP_ONCE_MS)]))
        .execute();
      await db
        .updateTable('mail_outbox')
        .set({ to_address: '' })
        .where('state', '!=', 'waiting')
        .where('created_at', '<', nowMs - DAY_MS)
        .execute();
      await db.deleteFrom('mail_token').where('expires_at', '<', nowMs).execute();
    },
    async close() {
      closing.abort();
      await turn;
      smtp?.close();
    },
  };
}

interface OutboxRow {
  id: string;
  to_address: string;
  letter: string;
  sealed: string;
  attempts: number;
  expires_at: number;
}

async function enqueue(
  { db, clock, secret }: Pick<MailOptions, 'db' | 'clock' | 'secret'>,
  { to, locale, letter, onceKey, goodForMs = DAY_MS }: Message,
): Promise<boolean> {
  const address = to.toLowerCase();
  const nowMs = clock.nowMs();
  if (SENT_BY_OTHERS.includes(letter.kind) && (await countByOthers(db, address, nowMs)) >= MAX_PER_ADDRESS) {
    return false;
  }
  const id = randomBytes(12).toString('hex');
  const row = await db
    .insertInto('mail_outbox')
    .values({
      id,
      to_address: address,
      letter: letter.kind,
      sealed: sealMessage(secret, id, JSON.stringify({ locale, letter })),
      once_key: onceKey ?? null,
      created_at: nowMs,
      due_at: nowMs,
      expires_at: nowMs + goodForMs,
    })
    .onConflict((conflict) => conflict.column('once_key').doNothing())
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

async function countByOthers(db: Db, address: string, nowMs: number): Promise<number> {
  const { sent } = await db
    .selectFrom('mail_outbox')
    .select((eb) => eb.fn.countAll<number>().as('sent'))
    .where('to_address', '=', address)
    .where('letter', 'in', SENT_BY_OTHERS)
    .where('created_at', '>', nowMs - DAY_MS)
    .executeTakeFirstOrThrow();
  return sent;
}

function listDue(db: Db, nowMs: number): Promise<{ id: string }[]> {
  return db
    .selectFrom('mail_outbox')
    .select('id')
    .where('state', '=', 'waiting')
    .where('due_at', '<=', nowMs)
    .orderBy('due_at')
    .limit(200)
    .execute();
}

function findWaiting(db: Db, id: string): Promise<OutboxRow | undefined> {
  return db
    .selectFrom('mail_outbox')
    .selectAll()
    .where('id', '=', id)
    .where('state', '=', 'waiting')
    .executeTakeFirst();
}

async function finish(db: Db, id: string, state: 'sent' | 'failed', attempts: number): Promise<void> {
  const done = { state, attempts, sealed: '' };
  await db.updateTable('mail_outbox').set(done).where('id', '=', id).execute();
}

async function postpone(db: Db, id: string, dueAt: number, attempts: number): Promise<void> {
  await db.updateTable('mail_outbox').set({ due_at: dueAt, attempts }).where('id', '=', id).execute();
}
