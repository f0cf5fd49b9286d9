import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import type { Letter } from '../src/lib/server/mail/letters.ts';
import { createMail, MAX_PER_ADDRESS, type Mail } from '../src/lib/server/mail/mail.ts';
import type { Db } from '../src/lib/server/db/database.ts';
import { silentLogger } from '../src/lib/server/log.ts';
import { linkIn, openMailbox, type Mailbox } from './support/mailbox.ts';
import { createManualClock, type ManualClock } from './support/manual-clock.ts';
import { openTestDatabase } from './support/test-database.ts';

const SECRET = Buffer.alloc(32, 7).toString('base64url');
const LOGIN: Letter = { kind: 'login', url: 'http://portal.test/l/secret-token' };
let mailbox: Mailbox;
let db: Db;
let clock: ManualClock;
let mail: Mail;
let logged: string[];

beforeAll(async () => {
  mailbox = await openMailbox();
});
afterAll(() => mailbox.close());
beforeEach(async () => {
  db = await openTestDatabase();
  clock = createManualClock();
  logged = [];
  const write = (about: unknown, text?: string): void => void logged.push(JSON.stringify([about, text]));
  const log = { ...silentLogger, info: write, warn: write, error: write };
  mail = createMail({ db, clock, log, secret: SECRET, settings: mailbox.settings });
});
afterEach(async () => {
  mailbox.refuseWith(undefined);
  await mail.close();
  await db.destroy();
});

const outbox = () => db.selectFrom('mail_outbox').selectAll().orderBy('created_at').execute();
const settled = (state: 'sent' | 'failed') =>
  vi.waitFor(async () => expect((await outbox()).map((row) => row.state)).toContain(state), {
    timeout: 15_000,
    interval: 20,
  });
/** Delivery is over once the attempt has been written down. */
const attempted = (attempts: number) =>
  vi.waitFor(async () => expect((await outbox())[0]?.attempts).toBe(attempts), {
    timeout: 15_000,
    interval: 20,
  });

it('a letter arrives in the language of its receiver, as text and as HTML, with its link', async () => {
  expect(await mail.post({ to: 'Léa@example.test', locale: 'fr', letter: LOGIN })).toBe(true);
  const received = await mailbox.waitFor('léa@example.test');
  expect(received.text).toMatch('Ouvrez ce lien dans les 15 minutes');
  expect(linkIn(received)).toBe('http://portal.test/l/secret-token');
  expect(received.html).toMatch('href="http://portal.test/l/secret-token"');
  expect(received.headers).toEqual(
    expect.arrayContaining(['From: PadelVar <video@portal.test>', 'Content-Language: fr']),
  );
});

it('nothing that somebody calls themselves becomes a header or markup', async () => {
  const club = 'North\r\nBcc: spy@example.test\r\n\r\n<script>alert(1)</script> & {by}';
  const letter: Letter = { kind: 'invitation', by: 'Anna\nX-Evil: 1', club, url: 'http://portal.test/i/t' };
  await mail.post({ to: 'guest@example.test', locale: 'en', letter });
  const received = await mailbox.waitFor('guest@example.test');
  expect(received.to).toEqual(['guest@example.test']);
  expect(received.headers.filter((line) => /^(bcc|x-evil)/i.test(line))).toEqual([]);
  expect(received.html).not.toMatch('<script>');
  expect(received.html).toMatch('&lt;script&gt;alert(1)&lt;/script&gt; &amp; {by}');
});

it('an address with a line break reaches nobody', async () => {
  await mail.post({ to: 'a@example.test\r\nBcc: b@example.test', locale: 'en', letter: LOGIN });
  await attempted(1);
  expect(mailbox.mails.flatMap(({ to }) => to).filter((to) => /^[ab]@/.test(to))).toEqual([]);
});

it('what is waiting lies sealed in the database, and nothing of it once it is out', async () => {
  mailbox.refuseWith(451);
  await mail.post({ to: 'busy@example.test', locale: 'en', letter: LOGIN });
  await attempted(1);
  expect(JSON.stringify(await outbox())).not.toMatch('secret-token');
  mailbox.refuseWith(undefined);
  await mail.deliver();
  expect((await outbox())[0]?.state).toBe('waiting');
  await clock.advance(60_000);
  await mail.deliver();
  expect(await outbox()).toMatchObject([{ state: 'sent', attempts: 2, sealed: '' }]);
  expect(linkIn(await mailbox.waitFor('busy@example.test'))).toMatch('secret-token');
  expect(logged.join('\n')).toMatch('"responseCode":451');
  expect(logged.join('\n')).not.toMatch(/secret-token|busy@/);
});

it('a message survives the end of the portal', async () => {
  mailbox.refuseWith(421);
  await mail.post({ to: 'later@example.test', locale: 'es', letter: LOGIN });
  await attempted(1);
  await mail.close();
  mailbox.refuseWith(undefined);
  await clock.advance(60_000);
  mail = createMail({ db, clock, log: silentLogger, secret: SECRET, settings: mailbox.settings });
  await mail.deliver();
  expect((await mailbox.waitFor('later@example.test')).text).toMatch('Abre este enlace');
});

it('a receiver that does not exist is given up at once', async () => {
  mailbox.refuseWith(550);
  await mail.post({ to: 'nobody@example.test', locale: 'en', letter: LOGIN });
  await settled('failed');
  expect(await outbox()).toMatchObject([{ attempts: 1, sealed: '' }]);
});

it('a message is given up when it is of no use any more', async () => {
  mailbox.refuseWith(451);
  await mail.post({ to: 'slow@example.test', locale: 'en', letter: LOGIN, goodForMs: 30_000 });
  await settled('failed');
});

it('one address gets no more than its share of a day, however it is written', async () => {
  const post = (to: string) => mail.post({ to, locale: 'en', letter: LOGIN });
  const taken = [];
  for (let turn = 0; turn < MAX_PER_ADDRESS + 5; turn += 1) {
    taken.push(await post(turn % 2 === 0 ? 'much@example.test' : 'MUCH@example.test'));
  }
  expect(taken.filter(Boolean)).toHaveLength(MAX_PER_ADDRESS);
  expect(await post('other@example.test')).toBe(true);
  await clock.advance(24 * 60 * 60_000 + 1);
  expect(await post('much@example.test')).toBe(true);
});

it('what others can have sent to an address keeps nothing from it that the portal has to tell', async () => {
  const post = (letter: Letter) => mail.post({ to: 'told@example.test', locale: 'en', letter });
  for (let turn = 0; turn < MAX_PER_ADDRESS; turn += 1) await post(LOGIN);
  const match = { court: 'One', club: 'North', at: 'then', url: 'http://portal.test/videos/s' };
  for (let turn = 0; turn <= MAX_PER_ADDRESS; turn += 1) {
    expect(await post({ kind: 'expiring', day: 'tomorrow', ...match })).toBe(true);
  }
  expect(await post({ kind: 'objection_hidden', until: 'then', ...match })).toBe(true);
  expect(await post(LOGIN)).toBe(false);
});

it('the same occasion is written about once', async () => {
  const post = () =>
    mail.post({ to: 'once@example.test', locale: 'en', letter: LOGIN, onceKey: 'ready:sess_1:user' });
  expect([await post(), await post()]).toEqual([true, false]);
  await settled('sent');
  await clock.advance(2 * 24 * 60 * 60_000);
  await mail.sweep();
  expect(await post()).toBe(false);
  expect(JSON.stringify(await outbox())).not.toMatch('once@example.test');
});

it('nothing is kept or sent where no mail service is configured', async () => {
  const off = createMail({ db, clock, log: silentLogger, secret: SECRET, settings: undefined });
  expect(await off.post({ to: 'a@example.test', locale: 'en', letter: LOGIN })).toBe(false);
  await off.deliver();
  expect(await outbox()).toEqual([]);
  await off.close();
});
