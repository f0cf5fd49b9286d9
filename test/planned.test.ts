/** Planned recordings in the whole system: nobody at the court taps anything. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Schedule } from '@padelvar/shared/schedule-api';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { isLongRun } from '../edge/test/support/figures.ts';
import type { ApiClient } from '../scripts/system/api-client.ts';
import { download, openSession, statusOf, stopAndWait, waitForStatus } from '../scripts/system/match.ts';
import { openBrowser } from './support/browser.ts';
import { listViolations } from './support/browser-access.ts';
import { lookAt } from './support/browser-look.ts';
import { createVisits } from './support/browser-visits.ts';
import type { Visits } from './support/browser-visits.ts';
import { WHOLE, countFrames, openLab } from './support/lab.ts';
import type { Lab } from './support/lab.ts';

/** The portal looks every 10 s for what is due. */
const DUE_MS = 30_000;
let lab: Lab;
let admin: ApiClient;
let player: ApiClient;
let browser: Browser;
let visits: Visits;

beforeAll(async () => {
  lab = await openLab([{ kind: 'rtsp' }, { kind: 'rtsp' }]);
  admin = await lab.system.login('CLUB_ADMIN');
  player = await lab.system.login('PLAYER');
  browser = await openBrowser();
  visits = createVisits(browser, lab.system);
});
afterAll(async () => {
  await browser.close();
  await lab.close();
});
afterEach(async () => {
  expect(await visits.end()).toEqual([]);
});

/** Planned by the club's administrator for each Sunday, and due at this moment. */
async function planForNow(courtId: string, label: string, durationMinutes: number): Promise<string> {
  const rule = { firstDate: '2020-01-01', weekdays: ['sun' as const], time: '20:30' };
  const plan = { courtId, label, durationMinutes, ...rule };
  const { scheduleId } = await admin.createSchedule(lab.system.clubId, plan);
  withDatabase((db) =>
    db.prepare('update schedule set next_at = ? where id = ?').run(Date.now(), scheduleId),
  );
  return scheduleId;
}

function withDatabase<Answer>(work: (db: Database.Database) => Answer): Answer {
  const db = new Database(join(lab.system.portalDataDir, 'portal.db'));
  try {
    return work(db);
  } finally {
    db.close();
  }
}

async function find(scheduleId: string): Promise<Schedule> {
  const { items } = await admin.schedules(lab.system.clubId);
  const found = items.find((item) => item.scheduleId === scheduleId);
  if (found === undefined) throw new Error('expected the plan');
  return found;
}

/** Waits for what comes of it; answers its session, if it has one. */
async function expectOutcome(scheduleId: string, lastOutcome: string): Promise<string> {
  await expect
    .poll(async () => (await find(scheduleId)).lastOutcome, { timeout: DUE_MS, interval: 250 })
    .toBe(lastOutcome);
  return (await find(scheduleId)).lastSessionId ?? '';
}

/** The plans as the administrator sees them. */
async function openPlans(): Promise<Page> {
  const login = lab.system.logins.find(({ role }) => role === 'CLUB_ADMIN');
  if (login === undefined) throw new Error('expected the administrator');
  const page = await visits.open(login, { path: '/club/schedules' });
  await page.getByTestId('schedule-card').first().waitFor();
  return page;
}
const lastOf = (page: Page, label: string) =>
  page.getByTestId('schedule-card').filter({ hasText: label }).getByTestId('schedule-last');

if (isLongRun)
  test('a planned match records by itself for its length', async () => {
    const league = await planForNow('court1', 'A whole lesson', 1);
    const sessionId = await expectOutcome(league, 'started');
    await waitForStatus(admin, sessionId, ({ state }) => state === 'recording', 15_000);
    expect(await statusOf(admin, sessionId)).toMatchObject({ durationSeconds: 60, growing: true });
    const ended = await waitForStatus(admin, sessionId, ({ movie }) => movie === 'ready', 90_000);
    expect(ended).toMatchObject({ state: 'complete', reason: 'duration' });
    const file = join(lab.folder, 'planned.mp4');
    await download(admin, sessionId, file);
    const found = await countFrames(file, lab.simulator.clip);
    expect(found).toMatchObject(WHOLE);
    expect(found.frames).toBeGreaterThanOrEqual(60 * 25);
    expect((await find(league)).lastReason).toBe('duration');
  });

test('a planned match records by itself, and one whose court is in use as soon as it is free', async () => {
  const inUse = await openSession(player, 'court2');
  const league = await planForNow('court1', 'League evening', 90);
  const lesson = await planForNow('court2', 'Lesson', 90);

  const sessionId = await expectOutcome(league, 'started');
  await waitForStatus(admin, sessionId, ({ growing }) => growing, 15_000);
  await expectOutcome(lesson, 'court_busy');
  const page = await openPlans();
  await lastOf(page, 'League evening').getByText('records now').waitFor();
  await lastOf(page, 'Lesson').getByText('Somebody else is using this court’s camera.').waitFor();
  await lastOf(page, 'Lesson').getByText('It is tried again until').waitFor();
  await lookAt(page, 'schedules');
  expect(await listViolations(page)).toEqual([]);

  await player.closeSession(inUse.sessionId);
  const lessonSession = await expectOutcome(lesson, 'started');
  await waitForStatus(admin, lessonSession, ({ state }) => state === 'recording', 15_000);
  await stopAndWait(admin, lessonSession);

  await stopAndWait(admin, sessionId);
  const { items } = await admin.listVideos();
  const video = items.find((item) => item.sessionId === sessionId);
  expect(video).toMatchObject({ ownerName: 'Camille Club', courtId: 'court1' });
  await page.reload();
  await lastOf(page, 'League evening').getByText('recorded', { exact: true }).waitFor();
  await lastOf(page, 'League evening').getByRole('link').tap();
  await page.getByTestId('ready').waitFor();
});

test('a plan that is due while the mini-PC is away says so, and records once it is back', async () => {
  await lab.system.killEdge();
  const { admin: superAdmin } = lab.system;
  await expect
    .poll(async () => (await superAdmin.devices()).items[0]?.online, { timeout: 30_000 })
    .toBe(false);
  const plan = await planForNow('court1', 'After the storm', 90);
  await expectOutcome(plan, 'device_offline');
  const page = await openPlans();
  await lastOf(page, 'After the storm').getByText('The club’s box is offline.').waitFor();
  await lab.system.startEdge();
  const sessionId = await expectOutcome(plan, 'started');
  await waitForStatus(admin, sessionId, ({ state }) => state === 'recording', 15_000);
  await stopAndWait(admin, sessionId);
});

/** From now on the portal comes no further with these plans than to these steps, until it is killed. */
function holdAt({ opening, noting }: { opening: string; noting: string }): void {
  const refuse = "begin select raise(abort, 'held'); end";
  withDatabase((db) =>
    db.exec(`
      create trigger held_opening before insert on match_session when new.court_id = '${opening}' ${refuse};
      create trigger held_noting before update of last_outcome on schedule
        when new.last_outcome is not null and new.court_id in ('${opening}', '${noting}') ${refuse};
    `),
  );
}

const readPlan = (scheduleId: string): unknown =>
  withDatabase((db) =>
    db
      .prepare(
        `select last_outcome as outcome, start_requested_at is not null as asked
         from schedule left join match_session on match_session.id = last_session_id where schedule.id = ?`,
      )
      .get(scheduleId),
  );
const countSessions = (courtId: string): unknown =>
  withDatabase((db) =>
    db.prepare('select count(*) as count from match_session where court_id = ?').pluck().get(courtId),
  );

test('a portal that is killed in the moment a plan begins records it once it is back, and once', async () => {
  const before = { court1: countSessions('court1') as number, court2: countSessions('court2') as number };
  holdAt({ opening: 'court1', noting: 'court2' });
  const taken = await planForNow('court1', 'Killed before the camera', 90);
  const asked = await planForNow('court2', 'Killed after the start', 90);
  const soon = { timeout: DUE_MS, interval: 100 };
  await expect.poll(() => readPlan(asked), soon).toEqual({ outcome: null, asked: 1 });
  await expect.poll(async () => (await find(taken)).lastAt, soon).not.toBeNull();
  expect(readPlan(taken)).toEqual({ outcome: null, asked: 0 });
  await lab.system.killPortal();
  withDatabase((db) => db.exec('drop trigger held_opening; drop trigger held_noting'));
  await lab.system.startPortal();
  admin = await lab.system.login('CLUB_ADMIN');
  const sessions = [await expectOutcome(taken, 'started'), await expectOutcome(asked, 'started')];
  for (const sessionId of sessions)
    await waitForStatus(admin, sessionId, ({ state }) => state === 'recording', 15_000);
  for (const sessionId of sessions) await stopAndWait(admin, sessionId);
  // The court is free: whatever had not been noted would begin in the next round.
  const anew = await planForNow('court1', 'The next round', 90);
  await stopAndWait(admin, await expectOutcome(anew, 'started'));
  expect(countSessions('court1')).toBe(before.court1 + 2);
  expect(countSessions('court2')).toBe(before.court2 + 1);
});
