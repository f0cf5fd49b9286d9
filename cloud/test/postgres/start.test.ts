/** Which PostgreSQL the portal takes, and what it says where it can't. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/lib/server/db/database.ts';
import { describeDatabaseUrl, isDatabaseUrl } from '../../src/lib/server/db/database-url.ts';
import { parseSettings } from '../../src/lib/server/settings.ts';
import { openTestPortal, type TestPortal } from '../support/portal.ts';
import { administer, findDatabaseUrl, findTestPostgres } from '../support/test-database.ts';

const SECRET = 'a-password-to-keep';
let portal: TestPortal;
let url: URL;

beforeEach(async () => {
  portal = await openTestPortal();
  url = new URL((await findDatabaseUrl(portal.dataDir)) ?? '');
});
afterEach(() => portal.close());

/** What is said of an address that differs from the right one in this. */
async function refusalOf(change: (wrong: URL) => void): Promise<string> {
  const wrong = new URL(url);
  wrong.password = SECRET;
  change(wrong);
  const refused = openDatabase(wrong.href).then(() => 'opened', String);
  return refused;
}

describe('a DATABASE_URL that can’t be used is named, and its password is not', () => {
  it.each<[string, (wrong: URL) => void, RegExp]>([
    [
      'where nothing listens',
      (wrong) => (wrong.port = '1'),
      /127\.0\.0\.1:1\/portal_\w+ can't be used: .*ECONNREFUSED/,
    ],
    [
      'of a host that is not there',
      (wrong) => (wrong.hostname = 'no.such.host.invalid'),
      /no\.such\.host\.invalid/,
    ],
    [
      'of a database that is not there',
      (wrong) => (wrong.pathname = '/missing'),
      /database "missing" does not exist/,
    ],
    [
      'with a wrong password',
      (wrong) => (wrong.username = 'strict'),
      /password authentication failed for user "strict"/,
    ],
  ])('%s', async (_what, change, said) => {
    const message = await refusalOf(change);
    expect(message).toMatch(/DATABASE_URL: PostgreSQL at /);
    expect(message).toMatch(said);
    expect(message).not.toContain(SECRET);
  });

  it('that is no address of PostgreSQL', () => {
    const parse = () => parseSettings({ DATABASE_URL: `mysql://me:${SECRET}@127.0.0.1/portal` });
    expect(parse).toThrow('DATABASE_URL: expected postgres://user:password@host:5432/database');
    expect(parse).not.toThrow(SECRET);
  });
});

it('an address may name a socket instead of a host', () => {
  const socket = `postgres://me:${SECRET}@/portal?host=/run/postgresql`;
  expect(isDatabaseUrl(socket)).toBe(true);
  expect(describeDatabaseUrl(socket)).toBe('/run/postgresql:5432/portal');
  expect(describeDatabaseUrl(`postgresql://me:${SECRET}@db.example:6000/portal`)).toBe(
    'db.example:6000/portal',
  );
});

it('a database serves one portal at a time, whatever their data folders, and the next one after that', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'padelvar-second-'));
  const open = () => openTestPortal({ dataDir, databaseUrl: url.href });
  await expect(open()).rejects.toThrow('DATABASE_URL: another portal is using this database');
  await portal.app.close();
  const second = await open();
  await second.app.close();
  await rm(dataDir, { recursive: true, force: true });
});

it('what a user typed that PostgreSQL can’t hold is the user’s mistake', async () => {
  const { db } = portal.app.services;
  const club = { id: 'zero', time_zone: 'Europe/Paris', created_at: 0 };
  const insert = (change: object) =>
    db
      .insertInto('club')
      .values({ ...club, name: 'x', ...change })
      .execute();
  await expect(insert({ name: 'a\u0000b' })).rejects.toMatchObject({ kind: 'bad_request' });
  await expect(insert({ max_minutes: 2 ** 40 })).rejects.toMatchObject({ kind: 'bad_request' });
});

it('a number too large for JavaScript is an error instead of another number', async () => {
  const { db } = portal.app.services;
  await administer(url.href, (client) =>
    client.query(
      `insert into club (id, name, time_zone, created_at) values ('big', '', '', 9007199254740993)`,
    ),
  );
  await expect(db.selectFrom('club').select('created_at').execute()).rejects.toThrow('9007199254740993');
});

it('the server of this run is PostgreSQL', async () => {
  const version = await administer(findTestPostgres() ?? '', (client) => client.query('select version()'));
  expect(JSON.stringify(version.rows)).toContain('PostgreSQL');
});
