/** What a super administrator sets for the whole portal, and what it changes at once. */
import type { Club } from '@padelvar/shared/portal-api';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestPortal, type TestPortal } from './support/portal.ts';
import { seedClub, seedInvitation, seedUser, type SeededUser } from './support/seed.ts';

const INVITATION = 'invitation-of-32-characters-0000';
const account = { name: 'New', password: 'a good password' };
let portal: TestPortal;
let admin: SeededUser;
beforeAll(async () => {
  portal = await openTestPortal();
  await seedClub(portal.app.services.db, 'north');
  admin = await seedUser(portal.app.services, { role: 'SUPER_ADMIN', name: 'super' });
});
afterAll(() => portal.close());

const change = (json: unknown) => portal.call('PATCH', '/api/admin/settings', { token: admin.token, json });
const register = (json: unknown) => portal.call('POST', '/api/auth/register', { json });

it('settings have defaults, are kept, and a wrong one is named', async () => {
  const get = async (): Promise<unknown> =>
    (await portal.call('GET', '/api/admin/settings', { token: admin.token })).json();
  expect(await get()).toEqual({
    ...{ registrationOpen: true, defaultRetentionDays: null, defaultLanguage: 'en', legalContact: '' },
  });
  await change({ legalContact: ' The club, 1 rue du Padel, Lyon ', defaultLanguage: 'fr' });
  expect(await get()).toMatchObject({
    legalContact: 'The club, 1 rue du Padel, Lyon',
    defaultLanguage: 'fr',
  });
  expect(await (await portal.call('GET', '/api/portal')).json()).toEqual({
    ...{ registrationOpen: true, legalContact: 'The club, 1 rue du Padel, Lyon' },
  });
  const wrong = await change({ defaultRetentionDays: 0 });
  expect(await wrong.json()).toMatchObject({ status: 400, errors: [{ field: 'defaultRetentionDays' }] });
  const { db } = portal.app.services;
  const lines = await db.selectFrom('audit').selectAll().where('action', '=', 'portal.settings').execute();
  expect(lines).toHaveLength(1);
});

it('a new club keeps its videos as the portal says, until it says otherwise', async () => {
  await change({ defaultRetentionDays: 30 });
  const json = { clubId: 'west', name: 'West' };
  const made = await portal.call('POST', '/api/clubs', { token: admin.token, json });
  expect(((await made.json()) as Club).retentionDays).toBe(30);
});

it('where registering is closed, an invitation opens it and nothing else does', async () => {
  await change({ registrationOpen: false });
  expect((await register({ ...account, email: 'a@example.test' })).status).toBe(403);
  expect((await register({ ...account, email: 'a@example.test', invitation: 'made-up' })).status).toBe(403);
  const { db } = portal.app.services;
  await seedInvitation(db, 'north', { id: 'f'.repeat(16), token: INVITATION, byId: admin.userId });
  const invited = await register({ ...account, email: 'a@example.test', invitation: INVITATION });
  expect(invited.status).toBe(201);
});
