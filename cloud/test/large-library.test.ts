/** 10,000 videos: each list is read along an index, a page at a time, and the time it takes is told. */
import type { VideoList } from '@padelvar/shared/portal-api';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { z } from 'zod';
import { isPostgres } from '../src/lib/server/db/column-types.ts';
import type { ReachQuery } from '../src/lib/server/files/video-rows.ts';
import { planVideoQuery } from '../src/lib/server/files/video-rows.ts';
import { tellFigures } from '../../edge/test/support/figures.ts';
import { openTestPortal, type TestPortal } from './support/portal.ts';
import { seedClub, seedCourt, seedDevice, seedUser, WITH_MOVIE, type SeededUser } from './support/seed.ts';

const COUNT = 10_000;
const BEGAN_AT = Date.UTC(2025, 0, 1);
let portal: TestPortal;
let admin: SeededUser;
let player: SeededUser;
let manager: SeededUser;

beforeAll(async () => {
  portal = await openTestPortal();
  const { services } = portal.app;
  const { db } = services;
  for (const clubId of ['north', 'south']) {
    await seedClub(db, clubId);
    await seedDevice(db, clubId);
    for (const court of ['1', '2', '3', '4']) await seedCourt(db, clubId, `${clubId}${court}`);
  }
  admin = await seedUser(services, { role: 'SUPER_ADMIN', name: 'admin' });
  player = await seedUser(services, { role: 'PLAYER', clubIds: ['north'], name: 'player' });
  manager = await seedUser(services, { role: 'CLUB_ADMIN', clubIds: ['north'], name: 'manager' });
  const rows = Array.from({ length: COUNT }, (_, index) => planRow(index));
  await db.transaction().execute(async (trx) => {
    for (let from = 0; from < COUNT; from += 500) {
      await trx
        .insertInto('match_session')
        .values(rows.slice(from, from + 500))
        .execute();
    }
  });
  await sql`analyze`.execute(db);
});
afterAll(() => portal.close());

/** Eight courts in turn, one match each quarter of an hour; every hundredth is the player's. */
function planRow(index: number) {
  const clubId = index % 2 === 0 ? 'north' : 'south';
  const courtId = `${clubId}${(Math.floor(index / 2) % 4) + 1}`;
  const openedAt = BEGAN_AT + index * 15 * 60_000;
  return {
    ...WITH_MOVIE,
    id: `sess_${clubId}_${courtId}_${openedAt / 1000}`,
    club_id: clubId,
    court_id: courtId,
    device_id: `dev_${clubId}00000000`,
    owner_id: index % 100 === 0 ? player.userId : `somebody${index % 97}`,
    opened_at: openedAt,
    open_deadline_at: openedAt,
    started_at: openedAt,
    state: 'complete',
  };
}

type Page = z.infer<typeof VideoList>;

async function read(user: SeededUser, query: string): Promise<{ page: Page; ms: number }> {
  const beganAt = performance.now();
  const response = await portal.call('GET', `/api/video/files/list?limit=100${query}`, { token: user.token });
  const page = (await response.json()) as Page;
  return { page, ms: performance.now() - beganAt };
}

it('a page of any list is right, and comes within a second', async () => {
  const lists = [
    ['all', admin, '', 100],
    ['of a club', manager, '', 100],
    ['of a court', manager, '&courtId=north2', 100],
    ['of a span', admin, '&from=2025-03-01T00:00:00Z&to=2025-03-02T00:00:00Z', 96],
    ['of a player', player, '', 100],
  ] as const;
  for (const [name, user, query, count] of lists) {
    const looks = [await read(user, query), await read(user, query), await read(user, query)];
    const ms = Math.min(...looks.map((look) => look.ms));
    const [{ page }] = looks as [(typeof looks)[0]];
    expect(page.items).toHaveLength(count);
    const moments = page.items.map(({ recordedAt }) => recordedAt);
    expect(moments).toEqual(moments.toSorted().reverse());
    tellFigures(`a list of ${COUNT} videos, ${name}`, { ms });
    expect(ms).toBeLessThan(1_000);
  }
});

it('the last page of all is read like the first', async () => {
  const last = `${BEGAN_AT + 50 * 15 * 60_000}`;
  const cursor = Buffer.from(JSON.stringify([Number(last), 'sess'])).toString('base64url');
  const { page } = await read(admin, `&cursor=${cursor}`);
  expect(page.items).toHaveLength(50);
  expect(page.nextCursor).toBeNull();
});

it.each<[string, Partial<ReachQuery>, string]>([
  ['all', {}, 'video_newest'],
  ['a later page of all', { cursor: cursorAt(BEGAN_AT) }, 'video_newest'],
  ['a span of time', { fromMs: BEGAN_AT, toMs: BEGAN_AT + 1 }, 'video_newest'],
  ['a club', { clubId: 'north' }, 'video_club'],
  ['an administrator’s club', { scope: { kind: 'clubs', clubIds: ['north'] } }, 'video_club'],
  ['a court', { courtId: 'north1' }, 'video_court'],
])('the list of %s is read along its index, without a scan or a sort', async (_what, query, index) => {
  const plan = await explain({ scope: { kind: 'all' }, limit: 100, ...query });
  expect(plan).toMatch(new RegExp(`USING INDEX ${index}|${ANY_INDEX}`));
  expect(plan).not.toMatch(/TEMP B-TREE|SCAN match_session(?! USING INDEX)|Sort|Seq Scan on match_session/);
});

it('the list of a player looks at the player’s videos only', async () => {
  const scope = { kind: 'user', userId: player.userId } as const;
  const plan = await explain({ scope, limit: 100 });
  expect(plan).toMatch(
    new RegExp(`SEARCH match_session USING INDEX (video|match_session)_owner|${ANY_INDEX}`),
  );
  expect(plan).not.toMatch(/SCAN match_session|Seq Scan on match_session/);
});

/** PostgreSQL chooses among the indexes by what it has counted. */
const ANY_INDEX = String.raw`Index Scan using video_\w+ on match_session`;

/** How the database would read this list. */
async function explain(query: ReachQuery): Promise<string> {
  const { db } = portal.app.services;
  const planned = planVideoQuery(db, query);
  if (isPostgres(db)) {
    const lines = await planned.explain<{ 'QUERY PLAN': string }>();
    return lines.map((line) => line['QUERY PLAN']).join('\n');
  }
  const steps = await planned.explain<{ detail: string }>(undefined, sql`query plan`);
  return steps.map(({ detail }) => detail).join('\n');
}

function cursorAt(openedAt: number): string {
  return Buffer.from(JSON.stringify([openedAt, 'sess'])).toString('base64url');
}
