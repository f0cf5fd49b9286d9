/** Planned recordings on courts of a device: the portal's own sessions over its real link, no camera. */
import type { DesiredSession, ReportedSession } from '@padelvar/shared/link';
import type { RecordStatus } from '@padelvar/shared/portal-api';
import type { Schedule } from '@padelvar/shared/schedule-api';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createDuePlans } from '../src/lib/server/schedules/begin-due.ts';
import { LATE_MS } from '../src/lib/server/schedules/plan-attempt.ts';
import { createSessions } from '../src/lib/server/sessions/sessions.ts';
import { openLinkedPortal, type LinkedPortal } from './support/linked-portal.ts';
import { seedClub, seedCourt, seedUser, type SeededUser } from './support/seed.ts';
import {
  enrollTestDevice,
  obedient,
  openTestDevice,
  removeTestDevice,
  type TestDevice,
} from './support/test-device.ts';

const MINUTE_MS = 60_000;
const PATH = '/api/clubs/alpha/schedules';
let portal: LinkedPortal;
let folder: string;
let device: TestDevice | undefined;
let deviceId: string;
let admin: SeededUser;
let player: SeededUser;
/** What the court says of a session that is asked of it. */
let obey: (session: DesiredSession) => ReportedSession | undefined;

beforeEach(async () => {
  // Its own turn every ten seconds would have a plan in hand that is begun here.
  portal = await openLinkedPortal({ hasJobs: false });
  const { services } = portal.app;
  const { db, devices } = services;
  await seedClub(db, 'alpha');
  admin = await seedUser(services, { role: 'CLUB_ADMIN', clubIds: ['alpha'], name: 'clara' });
  player = await seedUser(services, { role: 'PLAYER', clubIds: ['alpha'], name: 'player' });
  const { token } = await devices.createEnrollment({ clubId: 'alpha', name: 'Box' });
  folder = await enrollTestDevice(portal.origin, token);
  obey = obedient;
  deviceId = await switchOn();
  const sealed = await devices.sealCamera(deviceId, 'one', 'rtsp://192.0.2.1/stream');
  await seedCourt(db, 'alpha', 'one', { device_id: deviceId, camera_sealed: JSON.stringify(sealed) });
  await devices.touch(deviceId);
});
afterEach(async () => {
  await device?.close();
  device = undefined;
  await portal.close();
  await removeTestDevice(folder);
});

async function switchOn(): Promise<string> {
  device = await openTestDevice(folder, { obey: (session) => obey(session) });
  await expectOnline(device.deviceId, true);
  return device.deviceId;
}
async function switchOff(): Promise<void> {
  await device?.close();
  device = undefined;
  await expectOnline(deviceId, false);
}
const expectOnline = (id: string, online: boolean) =>
  expect.poll(() => portal.app.services.devices.isOnline(id), { timeout: 15_000 }).toBe(online);

const ask = async <Body>(who: SeededUser, method: string, path: string, json?: object): Promise<Body> => {
  const response = await portal.call(method, path, { token: who.token, json });
  expect(response.status, await response.clone().text()).toBeLessThan(300);
  return (await response.json()) as Body;
};

/** A weekly plan of 90 minutes that was due so long ago. */
async function plan(lateMs = 0, json: object = {}): Promise<string> {
  const rule = { firstDate: '2020-01-01', weekdays: ['sun'], time: '20:30', durationMinutes: 90 };
  const { scheduleId } = await ask<Schedule>(admin, 'POST', PATH, { courtId: 'one', ...rule, ...json });
  await setDue(scheduleId, lateMs);
  return scheduleId;
}
/** Makes its next time the present. */
async function setDue(scheduleId: string, lateMs = 0): Promise<void> {
  const { db, clock } = portal.app.services;
  const due = { next_at: clock.nowMs() - lateMs };
  await db.updateTable('schedule').set(due).where('id', '=', scheduleId).execute();
}
async function find(scheduleId: string): Promise<Schedule> {
  const { items } = await ask<{ items: Schedule[] }>(admin, 'GET', PATH);
  const found = items.find((item) => item.scheduleId === scheduleId);
  if (found === undefined) throw new Error('expected the plan');
  return found;
}
const status = (sessionId: string | null) =>
  ask<RecordStatus>(admin, 'GET', `/api/video/record/status/${sessionId ?? ''}`);
const begin = () => createDuePlans(portal.app.services)();
const openByPlayer = async (): Promise<string> => {
  const body = { courtId: 'one' };
  return (await ask<{ sessionId: string }>(player, 'POST', '/api/video/session/create', body)).sessionId;
};
const closeByPlayer = (sessionId: string) => ask(player, 'POST', '/api/video/session/close', { sessionId });

it('a plan that is due is a match of whoever planned it, which the device records for its length', async () => {
  const id = await plan();
  await begin();
  const planned = await find(id);
  expect(planned).toMatchObject({ lastOutcome: 'started', triedUntil: null });
  expect(Date.parse(planned.nextAt ?? '')).toBeGreaterThan(Date.now());
  await expect
    .poll(() => status(planned.lastSessionId))
    .toMatchObject({
      ...{ state: 'recording', durationSeconds: 5400 },
    });
  const { sessions } = portal.app.services;
  expect(await sessions.get(planned.lastSessionId ?? '')).toMatchObject({
    ...{ ownerId: admin.userId, ownerName: 'clara', courtId: 'one' },
  });
  expect((await find(id)).lastState).toBe('recording');
});

it('one that ends by its length leaves the court free and its match on the plan’s page', async () => {
  const id = await plan();
  await begin();
  obey = ({ recording, ...session }) =>
    recording &&
    obedient({ ...session, recording: { ...recording, stop: { requestedAt: 0, reason: 'duration' } } });
  await portal.app.services.devices.touch(deviceId);
  await expect.poll(async () => (await find(id)).lastState).toBe('complete');
  expect(await find(id)).toMatchObject({ lastOutcome: 'started', lastReason: 'duration' });
  obey = obedient;
  await openByPlayer();
});

it('a court that is in use is said so, and recorded up to the planned end once it is free', async () => {
  const sessionId = await openByPlayer();
  const id = await plan(3 * MINUTE_MS + 1000);
  await begin();
  const waiting = await find(id);
  expect(waiting).toMatchObject({ lastOutcome: 'court_busy', lastSessionId: null });
  expect(Date.parse(waiting.triedUntil ?? '')).toBe(Date.parse(waiting.lastAt ?? '') + LATE_MS);
  await begin();
  expect(await find(id)).toEqual(waiting);
  await closeByPlayer(sessionId);
  await begin();
  const planned = await find(id);
  expect(planned).toMatchObject({ lastOutcome: 'started', triedUntil: null, nextAt: waiting.nextAt });
  expect(await status(planned.lastSessionId)).toMatchObject({ durationSeconds: 87 * 60 });
  const { db } = portal.app.services;
  const lines = await db.selectFrom('audit').select('detail').where('action', '=', 'schedule.run').execute();
  expect(lines.map(({ detail }) => (JSON.parse(detail) as { outcome: string }).outcome)).toEqual([
    ...['court_busy', 'started'],
  ]);
});

it('a court that stays in use is given up, and nothing begins in the middle of a match', async () => {
  const sessionId = await openByPlayer();
  const id = await plan();
  await begin();
  const { db } = portal.app.services;
  await db
    .updateTable('schedule')
    .set((eb) => ({ last_at: eb('last_at', '-', LATE_MS) }))
    .execute();
  await closeByPlayer(sessionId);
  await begin();
  expect(await find(id)).toMatchObject({ lastOutcome: 'court_busy', triedUntil: null, lastSessionId: null });
});

it('a plan right after another of the same person waits for its end and is a match of its own', async () => {
  const first = await plan();
  await begin();
  const second = await plan();
  await begin();
  expect(await find(second)).toMatchObject({ lastOutcome: 'court_busy', lastSessionId: null });
  const { lastSessionId } = await find(first);
  await ask(admin, 'POST', '/api/video/record/stop', { sessionId: lastSessionId });
  await begin();
  const begun = await find(second);
  expect(begun.lastOutcome).toBe('started');
  expect(begun.lastSessionId).not.toBe(lastSessionId);
  expect((await find(first)).lastSessionId).toBe(lastSessionId);
});

it('a court that its planner has opened already is recorded there', async () => {
  const opened = await ask<{ sessionId: string }>(admin, 'POST', '/api/video/session/create', {
    courtId: 'one',
  });
  const id = await plan();
  await begin();
  expect(await find(id)).toMatchObject({ lastOutcome: 'started', lastSessionId: opened.sessionId });
});

it('a mini-PC that is away is said so, and records once it is back', async () => {
  await switchOff();
  const id = await plan();
  await begin();
  expect(await find(id)).toMatchObject({ lastOutcome: 'device_offline', lastSessionId: null });
  expect((await find(id)).triedUntil).not.toBeNull();
  await switchOn();
  await begin();
  expect((await find(id)).lastOutcome).toBe('started');
});

it('a camera that takes longer than a person waits is recorded all the same', async () => {
  const { services } = portal.app;
  const sessions = createSessions({ ...services, createTimeoutMs: 300 });
  services.devices.onReported((from, reported) => sessions.applyReported(from, reported));
  let isSlow = true;
  obey = (session) =>
    isSlow ? { sessionId: session.sessionId, courtId: 'one', state: 'creating' } : obedient(session);
  let opened = 0;
  const counted: Parameters<typeof createDuePlans>[0]['sessions'] = {
    open(...asked) {
      opened += 1;
      return sessions.open(...asked);
    },
    start: (...asked) => sessions.start(...asked),
    close: (...asked) => sessions.close(...asked),
  };
  const id = await plan();
  const begun = createDuePlans({ ...services, sessions: counted })();
  await expect.poll(() => opened).toBeGreaterThan(2);
  isSlow = false;
  await services.devices.touch(deviceId);
  await begun;
  const { lastOutcome, lastSessionId } = await find(id);
  expect(lastOutcome).toBe('started');
  await expect.poll(async () => (await status(lastSessionId)).state).toBe('recording');
});

it('a camera that cannot be opened is said so in the device’s word, and the court is free', async () => {
  obey = ({ sessionId, courtId }) => ({ sessionId, courtId, state: 'failed', reason: 'camera_unauthorized' });
  const id = await plan();
  await begin();
  expect(await find(id)).toMatchObject({
    ...{ lastOutcome: 'camera_unauthorized', lastState: 'failed', triedUntil: null },
  });
  obey = obedient;
  await openByPlayer();
});

it('a court that was opened for what cannot be started is closed again', async () => {
  const { sessions } = portal.app.services;
  const id = await plan();
  const beginDue = createDuePlans({
    ...portal.app.services,
    sessions: {
      open: (...asked) => sessions.open(...asked),
      close: (...asked) => sessions.close(...asked),
      async start(...asked) {
        await switchOff();
        return sessions.start(...asked);
      },
    },
  });
  await beginDue();
  expect((await find(id)).lastOutcome).toBe('device_offline');
  await switchOn();
  await openByPlayer();
});

it('a recording that fails after its start is told as what it is', async () => {
  const id = await plan();
  await begin();
  obey = ({ sessionId, courtId }) => ({ sessionId, courtId, state: 'failed', reason: 'disk_full' });
  await portal.app.services.devices.touch(deviceId);
  await expect.poll(async () => (await find(id)).lastState).toBe('failed');
  expect(await find(id)).toMatchObject({ lastOutcome: 'started', lastReason: 'disk_full' });
});

/** A run that is broken off: with the recording asked for, or just before that. */
async function breakOff(isAsked: boolean): Promise<void> {
  const { services } = portal.app;
  const { sessions } = services;
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const brokenOff = createDuePlans({
    ...services,
    sessions: {
      open: (...asked) => sessions.open(...asked),
      close: (...asked) => sessions.close(...asked),
      async start(...asked) {
        if (isAsked) await sessions.start(...asked);
        resolve(undefined);
        return new Promise(() => undefined);
      },
    },
  });
  void brokenOff();
  await promise;
}

it('a beginning that was broken off once the camera was open goes on in that session', async () => {
  const id = await plan();
  await breakOff(false);
  const { lastOutcome, lastSessionId } = await find(id);
  expect([lastOutcome, lastSessionId]).toEqual([null, expect.stringMatching(/^sess_alpha_one_/)]);
  await begin();
  expect(await find(id)).toMatchObject({ lastOutcome: 'started', lastSessionId });
});

it('one that was broken off once the recording was asked for is not begun a second time', async () => {
  const id = await plan();
  await breakOff(true);
  const { lastSessionId } = await find(id);
  await expect.poll(async () => (await status(lastSessionId)).state).toBe('recording');
  await begin();
  expect(await find(id)).toMatchObject({ lastOutcome: 'started', lastSessionId });
  const { db } = portal.app.services;
  expect(await db.selectFrom('match_session').select('id').execute()).toEqual([{ id: lastSessionId }]);
});

it('one whose start never reached the device waits until it cannot any more, and begins anew', async () => {
  obey = ({ sessionId, courtId, recording }) =>
    recording?.stop === undefined
      ? { sessionId, courtId, state: 'created' }
      : { sessionId, courtId, state: 'complete', reason: 'closed' };
  const id = await plan();
  await breakOff(true);
  const { lastSessionId } = await find(id);
  await begin();
  expect(await find(id)).toMatchObject({ lastOutcome: null, lastSessionId });
  const { db } = portal.app.services;
  await db.updateTable('match_session').set({ start_deadline_at: 1 }).execute();
  const begun = begin();
  await expect.poll(async () => (await status(lastSessionId)).state, { timeout: 10_000 }).toBe('complete');
  obey = obedient;
  await portal.app.services.devices.touch(deviceId);
  await begun;
  const again = await find(id);
  expect(again.lastOutcome).toBe('started');
  expect(again.lastSessionId).not.toBe(lastSessionId);
});
