/** Letters that matches and clubs occasion: ready, about to be deleted, invited. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DAY_MS } from '../src/lib/server/files/retention-plan.ts';
import { createMatchLetters } from '../src/lib/server/files/match-letters.ts';
import { createMatchWriter } from '../src/lib/server/files/match-writer.ts';
import { linkIn, openMailbox, type Mailbox } from './support/mailbox.ts';
import { createManualClock } from './support/manual-clock.ts';
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

const clock = createManualClock(SEEDED_AT);
let mailbox: Mailbox;
let portal: TestPortal;
let owner: SeededUser;
let friend: SeededUser;
let sessionId: string;
beforeAll(async () => {
  mailbox = await openMailbox();
  portal = await openTestPortal({ clock, mail: mailbox.settings });
  const { services } = portal.app;
  await seedClub(services.db, 'north', { name: 'Club Nord', retention_days: 30 });
  await seedCourt(services.db, 'north', 'n1', { name: 'Piste 1' });
  const deviceId = await seedDevice(services.db, 'north');
  owner = await seedUser(services, { role: 'PLAYER', clubIds: ['north'], name: 'owner' });
  friend = await seedUser(services, { role: 'PLAYER', clubIds: ['north'], name: 'friend' });
  const where = { clubId: 'north', courtId: 'n1', deviceId, ownerId: owner.userId };
  sessionId = await seedSession(services.db, where, WITH_MOVIE);
  await services.db
    .insertInto('session_participant')
    .values({ session_id: sessionId, user_id: friend.userId })
    .execute();
  for (const { userId } of [owner, friend]) await services.auth.identities.confirm(userId);
});
afterAll(async () => {
  await portal.close();
  await mailbox.close();
});

const setAccount = ({ token }: SeededUser, json: object) =>
  portal.call('PATCH', '/api/account', { token, json });
function openLetters() {
  const { db, mail, auth } = portal.app.services;
  const writer = createMatchWriter({ db, mail, identities: auth.identities, origin: ORIGIN });
  return createMatchLetters({ db, clock, writer });
}
const mailsTo = (email: string) => mailbox.mails.filter(({ to }) => to.includes(email));

it('a match that is ready is written about once, to those who asked for it', async () => {
  const { mail } = portal.app.services;
  const letters = openLetters();
  await letters.ready(sessionId);
  await setAccount(friend, { mailWhenReady: true, locale: 'fr' });
  await letters.ready(sessionId);
  await letters.ready(sessionId);
  const received = await mailbox.waitFor(friend.email);
  expect(received.text).toMatch('Votre match sur Piste 1, le 1 janvier 2026 à 01:00');
  expect(linkIn(received)).toBe(`${ORIGIN}/videos/${sessionId}`);
  await mail.deliver();
  expect(mailsTo(friend.email)).toHaveLength(1);
  expect(mailsTo(owner.email)).toEqual([]);
});

it('a match’s owner is told seven days and one day before it is deleted', async () => {
  const { retention, mail } = portal.app.services;
  const runAt = async (daysBefore: number): Promise<void> => {
    await clock.advance(SEEDED_AT + (30 - daysBefore) * DAY_MS - clock.nowMs());
    await retention.run();
  };
  await runAt(7);
  expect((await mailbox.waitFor(owner.email)).text).toMatch('will be deleted on January 31, 2026.');
  await runAt(6);
  await runAt(1);
  const last = await mailbox.waitFor(owner.email, 1);
  expect(last.text).toMatch('will be deleted on January 31, 2026.');
  expect(linkIn(last)).toBe(`${ORIGIN}/videos/${sessionId}`);
  await mail.deliver();
  expect(mailsTo(owner.email)).toHaveLength(2);
});

it('a shorter time makes one letter of all that is due by it, with the day on which the match goes', async () => {
  const { db, retention, mail } = portal.app.services;
  const before = mailsTo(owner.email).length;
  const setDays = (retention_days: number) =>
    db.updateTable('club').set({ retention_days }).where('id', '=', 'north').execute();
  await setDays(2);
  await retention.run();
  const { text } = await mailbox.waitFor(owner.email, before);
  await setDays(30);
  // Two days were long over: what is said now is a day old by then.
  expect(text).toMatch('will be deleted on January 31, 2026.');
  await mail.deliver();
  expect(mailsTo(owner.email)).toHaveLength(before + 1);
});

describe('a letter about the end of a match', () => {
  const listNotices = () =>
    portal.app.services.db
      .selectFrom('retention_notice')
      .select('days_before')
      .where('session_id', '=', sessionId)
      .execute();
  beforeEach(async () => {
    const { db } = portal.app.services;
    await db.deleteFrom('retention_notice').execute();
    await db.deleteFrom('mail_outbox').execute();
  });

  it('that could not be written is written at the next turn, before the notice, and once', async () => {
    const { db, retention, mail } = portal.app.services;
    const before = mailsTo(owner.email).length;
    const post = mail.post.bind(mail);
    mail.post = () => Promise.reject(new Error('the test refuses'));
    await retention.run();
    mail.post = post;
    expect(await listNotices()).toEqual([]);
    await retention.run();
    await mailbox.waitFor(owner.email, before);
    // As where the portal is killed between the two.
    await db.deleteFrom('retention_notice').execute();
    await retention.run();
    expect(await listNotices()).toEqual([{ days_before: 1 }]);
    await mail.deliver();
    expect(mailsTo(owner.email)).toHaveLength(before + 1);
  });

  it('outlasts a mail service that is away for days', async () => {
    const { db, retention, mail } = portal.app.services;
    const before = mailsTo(owner.email).length;
    const expiresInDays = (days: number) => ({
      retention_days: (clock.nowMs() - SEEDED_AT) / DAY_MS + days,
    });
    await db.updateTable('club').set(expiresInDays(5)).where('id', '=', 'north').execute();
    mailbox.refuseWith(451);
    await retention.run();
    for (let turn = 0; turn < 3; turn += 1) {
      await mail.deliver();
      await clock.advance(DAY_MS);
    }
    mailbox.refuseWith(undefined);
    await mail.deliver();
    expect((await mailbox.waitFor(owner.email, before)).text).toMatch('will be deleted on February 4, 2026.');
  });
});

it('an address that nobody has confirmed is not written to', async () => {
  const { db, mail } = portal.app.services;
  const stranger = await seedUser(portal.app.services, {
    role: 'PLAYER',
    clubIds: ['north'],
    name: 'stranger',
  });
  await setAccount(stranger, { mailWhenReady: true });
  const participant = { session_id: sessionId, user_id: stranger.userId };
  await db.insertInto('session_participant').values(participant).execute();
  await openLetters().ready(sessionId);
  await mail.deliver();
  expect(mailsTo(stranger.email)).toEqual([]);
});

it('an invitation goes out by mail where an address is given, and its link is shown all the same', async () => {
  const admin = await seedUser(portal.app.services, {
    role: 'CLUB_ADMIN',
    clubIds: ['north'],
    name: 'clara',
  });
  const invite = async (json: object) =>
    (await (
      await portal.call('POST', '/api/clubs/north/invitations', { token: admin.token, json })
    ).json()) as { url: string; mailed: boolean };
  const { url, mailed } = await invite({ email: 'invited@example.test' });
  expect(mailed).toBe(true);
  const received = await mailbox.waitFor('invited@example.test');
  expect(linkIn(received)).toBe(url);
  expect(received.headers).toContain('Subject: clara invites you to Club Nord on PadelVar');
  expect(await invite({})).toMatchObject({ mailed: false });
});
