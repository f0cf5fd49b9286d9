/** Letters about an objection of somebody who is in a video: to who decides, and to the match's owner. */
import type { CourtSign } from '@padelvar/shared/players-api';
import type { Objection } from '@padelvar/shared/privacy-api';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { linkIn, openMailbox, type Mailbox, type ReceivedMail } from './support/mailbox.ts';
import { createManualClock, type ManualClock } from './support/manual-clock.ts';
import { openTestPortal, ORIGIN, type TestPortal } from './support/portal.ts';
import {
  seedClub,
  seedCourt,
  seedDevice,
  seedSession,
  seedUser,
  SEEDED_AT,
  WITH_MOVIE,
  type SeededUser,
} from './support/seed.ts';
import { storeMovie } from './support/stored-movie.ts';

const HOUR_MS = 60 * 60_000;
/** When the seeded match was, on the wall of its club in Paris. */
const THEN = { date: '2026-01-01', time: '01:00' };
const WORDS = { message: 'the one in red', contact: 'in-red@example.test' };

let clock: ManualClock;
let mailbox: Mailbox;
let portal: TestPortal;
let deviceId: string;
let people: Record<'owner' | 'admin' | 'deputy' | 'unproved' | 'superAdmin', SeededUser>;
let sessionId: string;
/** Of whoever objects: each has their own. */
let address = 0;

beforeAll(async () => {
  clock = createManualClock(SEEDED_AT + HOUR_MS);
  mailbox = await openMailbox();
  portal = await openTestPortal({ clock, mail: mailbox.settings });
  const { services } = portal.app;
  await seedClub(services.db, 'north', { name: 'Club Nord' });
  await seedCourt(services.db, 'north', 'n1', { name: 'Piste 1' });
  deviceId = await seedDevice(services.db, 'north');
  const inClub = { clubIds: ['north'] };
  people = {
    owner: await seedUser(services, { role: 'PLAYER', ...inClub, name: 'owner' }),
    admin: await seedUser(services, { role: 'CLUB_ADMIN', ...inClub, name: 'admin' }),
    deputy: await seedUser(services, { role: 'CLUB_ADMIN', ...inClub, name: 'deputy' }),
    unproved: await seedUser(services, { role: 'CLUB_ADMIN', ...inClub, name: 'unproved' }),
    superAdmin: await seedUser(services, { role: 'SUPER_ADMIN', name: 'super' }),
  };
  for (const name of ['owner', 'admin', 'deputy', 'superAdmin'] as const) {
    await services.auth.identities.confirm(people[name].userId);
  }
  await speak('owner', 'fr');
  await speak('deputy', 'es');
});
beforeEach(async () => {
  await portal.app.services.mail.deliver();
  for (const table of ['match_session', 'objection', 'mail_outbox'] as const) {
    await portal.app.services.db.deleteFrom(table).execute();
  }
  mailbox.mails.length = 0;
  sessionId = await addMatch(people.owner.userId);
});
afterAll(async () => {
  await portal.close();
  await mailbox.close();
});

/** By the cookie of a browser: a token would end as the clock moves. */
function ask({ cookie }: SeededUser, method: string, path: string, json?: object): Promise<Response> {
  return portal.call(method, path, { json, headers: { cookie, origin: ORIGIN } });
}

function speak(name: keyof typeof people, locale: string): Promise<Response> {
  return ask(people[name], 'PATCH', '/api/account', { locale });
}

async function addMatch(ownerId: string): Promise<string> {
  const { db, store } = portal.app.services;
  const id = `sess_north_n1_${SEEDED_AT / 1000}`;
  const key = `clubs/north/${id}/movie.mp4`;
  await storeMovie({ store }, key, new Uint8Array(1000));
  const times = { started_at: SEEDED_AT, ended_at: SEEDED_AT + HOUR_MS };
  const where = { clubId: 'north', courtId: 'n1', deviceId, ownerId };
  return seedSession(db, where, { ...WITH_MOVIE, ...times, id, object_key: key, movie_bytes: 1000 });
}

/** Somebody at the court, in a browser of their own. */
async function object(time = THEN.time): Promise<void> {
  address += 1;
  const sign = await ask(people.admin, 'GET', '/api/courts/n1/code');
  const { code } = (await sign.json()) as CourtSign;
  const response = await portal.app.fetch(
    new Request(`${ORIGIN}/api/codes/${code}/objections`, {
      ...{ method: 'POST', body: JSON.stringify({ ...THEN, time, ...WORDS }) },
      headers: { origin: ORIGIN, 'content-type': 'application/json' },
    }),
    { clientAddress: `192.0.2.${String(address)}` },
  );
  expect(response.status).toBe(204);
}

async function decide(by: SeededUser, decision: 'keep' | 'delete'): Promise<void> {
  const path = '/api/clubs/north/objections';
  const { items } = (await (await ask(by, 'GET', path)).json()) as {
    items: Objection[];
  };
  const response = await ask(by, 'POST', `${path}/${items[0]?.objectionId ?? ''}`, { decision });
  expect(response.status).toBe(200);
}

const receive = (name: keyof typeof people, after = 0): Promise<ReceivedMail> =>
  mailbox.waitFor(people[name].email, after);
const subjectOf = ({ headers }: ReceivedMail): string =>
  headers.find((line) => line.startsWith('Subject: ')) ?? '';
/** Letters waiting or sent, by kind; they are written down before they go out. */
const written = async (): Promise<Record<string, string[]>> => {
  const rows = await portal.app.services.db
    .selectFrom('mail_outbox')
    .select(['letter', 'to_address'])
    .orderBy('to_address')
    .execute();
  return Object.fromEntries(
    Object.entries(Object.groupBy(rows, ({ letter }) => letter)).map(([kind, some]) => [
      kind,
      (some ?? []).map((row) => row.to_address.split('@')[0] ?? ''),
    ]),
  );
};
const expectWritten = (letters: Record<string, string[]>) => expect.poll(written).toEqual(letters);

it('the owner and the administrators are told which match is hidden, until when and what to do, each in their language', async () => {
  await object();
  const toOwner = await receive('owner');
  expect(toOwner.text).toContain('sur la vidéo du match sur Piste 1 à Club Nord, le 1 janvier 2026 à 01:00');
  expect(toOwner.text).toContain('pendant 72 heures au plus : jusqu’au 4 janvier 2026 à 02:00');
  expect(toOwner.text).toContain('vous pouvez le supprimer vous-même');
  expect(linkIn(toOwner)).toBe(`${ORIGIN}/videos/${sessionId}`);
  const toAdmin = await receive('admin');
  expect(toAdmin.text).toContain(
    'the video of the match on Piste 1 at Club Nord, January 1, 2026 at 1:00 AM',
  );
  expect(toAdmin.text).toContain('for at most 72 hours: until January 4, 2026 at 2:00 AM');
  expect(toAdmin.text).toContain('keep it or delete it');
  expect(linkIn(toAdmin)).toBe(`${ORIGIN}/club/objections?club=north`);
  expect((await receive('deputy')).text).toContain(
    'como máximo 72 horas: hasta el 4 de enero de 2026 a las 2:00',
  );
  await expectWritten({ objection_decide: ['admin', 'deputy'], objection_hidden: ['owner'] });
});

it('no letter says who objects, or what they said', async () => {
  await object();
  for (const name of ['owner', 'admin', 'deputy'] as const) await receive(name);
  await decide(people.admin, 'keep');
  await receive('owner', 1);
  expect(mailbox.mails).toHaveLength(4);
  for (const { headers, text, html } of mailbox.mails) {
    expect([...headers, text, html].join('\n')).not.toMatch(/in red|in-red@|192\.0\.2/);
  }
});

it('further objections to what is to be decided already write nothing more', async () => {
  await object();
  await expectWritten({ objection_decide: ['admin', 'deputy'], objection_hidden: ['owner'] });
  await object();
  await object('01:30');
  await decide(people.admin, 'keep');
  await expectWritten({
    ...{ objection_decide: ['admin', 'deputy'], objection_hidden: ['owner'] },
    objection_kept: ['owner'],
  });
});

it('a time at which nothing was recorded writes nothing', async () => {
  await object('00:10');
  await object();
  await expectWritten({ objection_decide: ['admin', 'deputy'], objection_hidden: ['owner'] });
});

it('the owner is told that the club keeps the video', async () => {
  await object();
  await receive('owner');
  await decide(people.admin, 'keep');
  const told = await receive('owner', 1);
  expect(told.text).toContain('Club Nord a décidé de garder la vidéo');
  expect(linkIn(told)).toBe(`${ORIGIN}/videos/${sessionId}`);
});

it('the owner is told that the club has deleted the video, whose page shows the receipt', async () => {
  await object();
  await receive('owner');
  await decide(people.admin, 'delete');
  const told = await receive('owner', 1);
  expect(told.text).toContain('Piste 1, le 1 janvier 2026 à 01:00');
  expect(told.text).toContain('Club Nord a décidé de le supprimer');
  const receipt = await ask(people.owner, 'GET', `/api/video/files/${sessionId}/receipt`);
  expect(receipt.status).toBe(200);
});

it('the owner is told when nobody decided, and again when somebody does', async () => {
  await object();
  await receive('owner');
  await clock.advance(72 * HOUR_MS);
  await portal.app.services.objections.lapse();
  expect((await receive('owner', 1)).text).toContain('n’a pas décidé dans les 72 heures');
  await decide(people.admin, 'keep');
  expect((await receive('owner', 2)).text).toContain('a décidé de garder la vidéo');
});

it('an objection that hides nothing any more is told to who decides, and to the owner only what comes of it', async () => {
  await object();
  await receive('owner');
  await decide(people.admin, 'keep');
  await receive('owner', 1);
  await clock.advance(1000);
  await object();
  const again = await receive('admin', 1);
  expect(again.text).toContain('The video stays visible');
  await decide(people.deputy, 'keep');
  await clock.advance(1000);
  await object();
  await receive('admin', 2);
  await decide(people.deputy, 'delete');
  expect((await receive('owner', 2)).text).toContain('a décidé de le supprimer');
});

it('an owner who administers the club is told once, and nothing of their own decision', async () => {
  await portal.app.services.db.deleteFrom('match_session').execute();
  sessionId = await addMatch(people.admin.userId);
  await object();
  await expectWritten({ objection_decide: ['admin', 'deputy'] });
  await decide(people.admin, 'delete');
  await portal.app.services.mail.deliver();
  expect(await written()).toEqual({ objection_decide: ['admin', 'deputy'] });
});

it('the super administrators are told where a club has nobody who can be written to', async () => {
  const { identities } = portal.app.services.auth;
  const admins = [people.admin, people.deputy];
  for (const { userId, email } of admins) await identities.move(userId, email, false);
  await object();
  await expectWritten({ objection_decide: ['super'], objection_hidden: ['owner'] });
  expect(linkIn(await receive('superAdmin'))).toBe(`${ORIGIN}/club/objections?club=north`);
  for (const { userId } of admins) await identities.confirm(userId);
});

it('a mail service that is away for a day keeps nobody from learning of what is still hidden', async () => {
  mailbox.refuseWith(451);
  await object();
  await expectWritten({ objection_decide: ['admin', 'deputy'], objection_hidden: ['owner'] });
  await clock.advance(26 * HOUR_MS);
  await portal.app.services.mail.deliver();
  mailbox.refuseWith(undefined);
  await clock.advance(4 * HOUR_MS);
  await portal.app.services.mail.deliver();
  expect(subjectOf(await receive('admin'))).toContain('Decide by');
});

it('a portal without mail hides and decides all the same', async () => {
  const silent = await openTestPortal({ clock });
  const mailing = portal;
  portal = silent;
  try {
    const { services } = silent.app;
    await seedClub(services.db, 'north');
    await seedCourt(services.db, 'north', 'n1');
    await seedDevice(services.db, 'north');
    const { admin, owner } = people;
    people.admin = await seedUser(services, { role: 'CLUB_ADMIN', clubIds: ['north'], name: 'admin' });
    people.owner = await seedUser(services, { role: 'PLAYER', clubIds: ['north'], name: 'owner' });
    await addMatch(people.owner.userId);
    await object();
    await decide(people.admin, 'delete');
    expect(await written()).toEqual({});
    Object.assign(people, { admin, owner });
  } finally {
    portal = mailing;
    await silent.close();
  }
});
