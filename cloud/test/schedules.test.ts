/** Planned recordings: made by a club's administrator, begun when they are due, once, and by nobody who may no more. */
import type { Schedule } from '@padelvar/shared/schedule-api';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDuePlans } from '../src/lib/server/schedules/begin-due.ts';
import { LATE_MS } from '../src/lib/server/schedules/plan-attempt.ts';
import type { Sessions } from '../src/lib/server/sessions/sessions.ts';
import { createManualClock, type ManualClock } from './support/manual-clock.ts';
import { openTestPortal, type TestPortal } from './support/portal.ts';
import { createWorld, SCHEDULE_ID, type World } from './support/world.ts';

/** Saturday, the day before Paris has 23 hours. */
const NOW = Date.UTC(2026, 2, 28, 12);
const DUE = Date.UTC(2026, 2, 29, 18, 30);
const SUNDAY = {
  courtId: 'n3',
  firstDate: '2026-03-01',
  time: '20:30',
  weekdays: ['sun'],
  durationMinutes: 90,
};
const PATH = '/api/clubs/north/schedules';
let clock: ManualClock;
let portal: TestPortal;
let world: World;
beforeAll(async () => {
  clock = createManualClock(NOW);
  portal = await openTestPortal({ clock, hasJobs: false });
  world = await createWorld(portal.app.services);
});
beforeEach(async () => {
  await world.reset();
  await portal.app.services.db.deleteFrom('schedule').where('id', '=', SCHEDULE_ID).execute();
});
afterAll(() => portal.close());

type Who = keyof World['tokens'];
const ask = (who: Who, method: string, path: string, json?: unknown) =>
  portal.call(method, path, { token: world.tokens[who], json });
const plan = async (json: object = {}): Promise<Schedule> => {
  const response = await ask('admin', 'POST', PATH, { ...SUNDAY, ...json });
  expect(response.status).toBe(201);
  return (await response.json()) as Schedule;
};
const list = async () => ((await (await ask('admin', 'GET', PATH)).json()) as { items: Schedule[] }).items;

/** Stands in for the courts: what was asked of them. */
function createCourtside() {
  const asked: string[] = [];
  const open: Sessions['open'] = ({ userId, unrecorded }, courtId) => {
    const whose = userId === '' ? 'nobody' : unrecorded === true ? 'a match of its own' : 'any match';
    asked.push(`open ${courtId} for ${whose}`);
    const session = { sessionId: `sess_north_${courtId}_1774800000`, openedAt: '2026-03-29T18:30:01.000Z' };
    return Promise.resolve(session as Awaited<ReturnType<Sessions['open']>>);
  };
  const start: Sessions['start'] = (sessionId, minutes) => {
    asked.push(`start ${sessionId} ${minutes}`);
    return Promise.resolve({} as Awaited<ReturnType<Sessions['start']>>);
  };
  const close: Sessions['close'] = (sessionId) => {
    asked.push(`close ${sessionId}`);
    return Promise.resolve({} as Awaited<ReturnType<Sessions['close']>>);
  };
  return { asked, sessions: { open, start, close } };
}

/** Makes a plan due at this moment. */
async function setDue(scheduleId: string, dueAt = clock.nowMs()): Promise<void> {
  const { db } = portal.app.services;
  await db.updateTable('schedule').set({ next_at: dueAt }).where('id', '=', scheduleId).execute();
}

describe('a plan', () => {
  it('says when it is due next, by the clock on the club’s wall', async () => {
    const made = await plan({ label: 'League' });
    expect(made).toMatchObject({
      ...{ courtName: 'Court n3', label: 'League', time: '20:30', weekdays: ['sun'], createdBy: 'admin' },
      ...{ nextAt: new Date(DUE).toISOString(), lastAt: null, lastOutcome: null },
    });
    expect(await list()).toEqual([made]);
  });

  it('follows the club into another time zone', async () => {
    const { scheduleId } = await plan();
    expect((await ask('admin', 'PATCH', '/api/clubs/north', { timeZone: 'Atlantic/Canary' })).status).toBe(
      200,
    );
    expect((await list()).find((one) => one.scheduleId === scheduleId)?.nextAt).toBe(
      '2026-03-29T19:30:00.000Z',
    );
  });

  it('keeps its time where the zone that is saved is the one the club has', async () => {
    const { scheduleId } = await plan();
    await setDue(scheduleId, clock.nowMs() + 1);
    const [planned] = await list();
    await ask('admin', 'PATCH', '/api/clubs/north', { timeZone: 'Europe/Paris' });
    expect(await list()).toEqual([planned]);
  });

  it.each([
    ['courtId', { courtId: 's9' }, 404],
    ['firstDate', { weekdays: [], firstDate: '2026-03-27' }, 400],
    ['firstDate', { firstDate: '2026-02-30' }, 400],
    ['lastDate', { lastDate: '2026-02-01' }, 400],
    ['time', { time: '24:00' }, 400],
    ['durationMinutes', { durationMinutes: 241 }, 400],
  ])('with a wrong %s is refused and the field named', async (field, json, status) => {
    const response = await ask('admin', 'POST', PATH, { ...SUNDAY, ...json });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ errors: [{ field }] });
  });

  it('longer than the club’s longest recording is refused', async () => {
    await ask('admin', 'PATCH', '/api/clubs/north', { defaultMinutes: 60, maxMinutes: 60 });
    expect((await ask('admin', 'POST', PATH, SUNDAY)).status).toBe(400);
  });

  it('is given up by its club only', async () => {
    const { scheduleId } = await plan();
    expect((await ask('foreignAdmin', 'DELETE', `/api/clubs/south/schedules/${scheduleId}`)).status).toBe(
      404,
    );
    expect((await ask('admin', 'DELETE', `${PATH}/${scheduleId}`)).status).toBe(204);
    expect(await list()).toEqual([]);
  });

  it('comes in pages', async () => {
    const made: string[] = [];
    for (let index = 0; index < 3; index += 1) {
      await clock.advance(1);
      made.push((await plan()).scheduleId);
    }
    const first = (await (await ask('support', 'GET', `${PATH}?limit=2`)).json()) as {
      items: Schedule[];
      nextCursor: string;
    };
    const rest = (await (await ask('support', 'GET', `${PATH}?cursor=${first.nextCursor}`)).json()) as {
      items: Schedule[];
    };
    expect([...first.items, ...rest.items].map(({ scheduleId }) => scheduleId)).toEqual(made);
  });
});

describe('when it is due', () => {
  it('the court is opened and recorded in the name of whoever planned it, once', async () => {
    const { scheduleId } = await plan();
    await setDue(scheduleId);
    const { asked, sessions } = createCourtside();
    const dueAt = clock.nowMs();
    const beginDue = createDuePlans({ ...portal.app.services, sessions });
    await Promise.all([beginDue(), beginDue()]);
    expect(asked).toEqual(['open n3 for a match of its own', 'start sess_north_n3_1774800000 90']);
    expect(await list()).toMatchObject([
      {
        ...{ lastOutcome: 'started', lastSessionId: 'sess_north_n3_1774800000' },
        ...{ lastAt: new Date(dueAt).toISOString(), nextAt: new Date(DUE).toISOString() },
      },
    ]);
  });

  it('each week of a year it begins once, at its time on the club’s wall, in summer and in winter', async () => {
    const { scheduleId } = await plan();
    const { db } = portal.app.services;
    const find = () =>
      db.selectFrom('schedule').selectAll().where('id', '=', scheduleId).executeTakeFirstOrThrow();
    const passing = createManualClock(NOW);
    const { asked, sessions } = createCourtside();
    const beginDue = createDuePlans({ ...portal.app.services, clock: passing, sessions });
    const begunAt: number[] = [];
    for (let week = 0; week < 52; week += 1) {
      const dueAt = (await find()).next_at ?? NaN;
      await passing.advance(dueAt - passing.nowMs() - 1);
      await beginDue();
      await passing.advance(1);
      await beginDue();
      expect(await find()).toMatchObject({ last_outcome: 'started', last_at: dueAt });
      begunAt.push(dueAt);
    }
    expect(asked.filter((what) => what.startsWith('start'))).toHaveLength(52);
    const onWall = new Intl.DateTimeFormat('en-GB', {
      ...{ timeZone: 'Europe/Paris', weekday: 'long', hour: '2-digit', minute: '2-digit' },
    });
    expect(new Set(begunAt.map((at) => onWall.format(at)))).toEqual(new Set(['Sunday 20:30']));
    const inUtc = new Set(begunAt.map((at) => new Date(at).toISOString().slice(11, 16)));
    expect(inUtc).toEqual(new Set(['18:30', '19:30']));
  });

  it('and the club has a shorter longest recording by then, no more than that is recorded', async () => {
    const { scheduleId } = await plan();
    await ask('admin', 'PATCH', '/api/clubs/north', { defaultMinutes: 60, maxMinutes: 60 });
    await setDue(scheduleId);
    const { asked, sessions } = createCourtside();
    await createDuePlans({ ...portal.app.services, sessions })();
    expect(asked.at(-1)).toBe('start sess_north_n3_1774800000 60');
  });

  it('but the portal was away too long, it is missed and nothing begins in the middle of a match', async () => {
    const { scheduleId } = await plan();
    await setDue(scheduleId, clock.nowMs() - LATE_MS - 1);
    const { asked, sessions } = createCourtside();
    await createDuePlans({ ...portal.app.services, sessions })();
    expect(asked).toEqual([]);
    expect((await list())[0]?.lastOutcome).toBe('missed');
  });

  it('and whoever planned it administers the club no more, nothing begins', async () => {
    const { scheduleId } = await plan();
    await setDue(scheduleId);
    const { db } = portal.app.services;
    await db.updateTable('user').set({ role: 'PLAYER' }).where('name', '=', 'admin').execute();
    const { asked, sessions } = createCourtside();
    await createDuePlans({ ...portal.app.services, sessions })();
    await db.updateTable('user').set({ role: 'CLUB_ADMIN' }).where('name', '=', 'admin').execute();
    expect(asked).toEqual([]);
    expect((await list())[0]?.lastOutcome).toBe('forbidden');
  });

  it.each(['Europe/Paris', 'Atlantic/Canary'])(
    'and the club’s rules are saved in that moment with the zone %s, it begins all the same',
    async (timeZone) => {
      const { scheduleId } = await plan();
      await setDue(scheduleId);
      const dueAt = new Date(clock.nowMs()).toISOString();
      expect((await ask('admin', 'PATCH', '/api/clubs/north', { timeZone })).status).toBe(200);
      const { sessions } = createCourtside();
      await createDuePlans({ ...portal.app.services, sessions })();
      expect(await list()).toMatchObject([{ lastOutcome: 'started', lastAt: dueAt }]);
    },
  );

  it('on a court without a camera, the portal itself says so', async () => {
    const { scheduleId } = await plan();
    await setDue(scheduleId);
    await createDuePlans(portal.app.services)();
    expect((await list())[0]?.lastOutcome).toBe('no_device');
  });
});
