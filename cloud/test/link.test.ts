/** The control link from end to end: the portal as it is wired, and the edge's own link against it. */
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { GOLDEN } from '@padelvar/shared/golden/link-messages';
import { Reply, type ReportedSession } from '@padelvar/shared/link';
import type { RecordStatus, Session } from '@padelvar/shared/portal-api';
import { enroll } from '../../edge/src/link/enroll.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStallingProxy } from './support/stalling-proxy.ts';
import { seedClub, seedCourt, seedSession, seedUser, WITH_MOVIE, type SeededUser } from './support/seed.ts';
import { openLinkedPortal, type LinkedPortal } from './support/linked-portal.ts';
import {
  enrollTestDevice,
  obedient,
  openTestDevice,
  removeTestDevice,
  reportOf,
  type TestDevice,
  type TestDeviceOptions,
} from './support/test-device.ts';

const CAMERA = 'rtsp://user:canary@192.0.2.1/stream';

let portal: LinkedPortal;
let player: SeededUser;
let folder: string;
let device: TestDevice | undefined;

beforeEach(async () => {
  portal = await openLinkedPortal();
  const { db, auth, devices } = portal.app.services;
  await seedClub(db, 'alpha');
  player = await seedUser({ db, auth }, { role: 'PLAYER', clubIds: ['alpha'], name: 'player' });
  const { token } = await devices.createEnrollment({ clubId: 'alpha', name: 'Box' });
  folder = await enrollTestDevice(portal.origin, token);
});

afterEach(async () => {
  await device?.close();
  device = undefined;
  await portal.close();
  await removeTestDevice(folder);
});

/** A device with one court and a sealed camera, known to the portal as online. */
async function link(options: TestDeviceOptions = {}): Promise<TestDevice> {
  device = await openTestDevice(folder, options);
  await untilOnline(device.deviceId, true);
  return device;
}

async function addCourt(deviceId: string, courtId = 'one'): Promise<void> {
  const { db, devices } = portal.app.services;
  const sealed = await devices.sealCamera(deviceId, courtId, CAMERA);
  await seedCourt(db, 'alpha', courtId, { device_id: deviceId, camera_sealed: JSON.stringify(sealed) });
  await devices.touch(deviceId);
}

async function untilOnline(deviceId: string, online: boolean): Promise<void> {
  const { devices } = portal.app.services;
  await new Promise<void>((resolve) => {
    devices.onPresence((id, now) => {
      if (id === deviceId && now === online) resolve();
    });
    void devices.isOnline(deviceId).then((now) => {
      if (now === online) resolve();
    });
  });
}

async function post(path: string, json: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return portal.call('POST', path, { token: player.token, json, headers });
}

async function openSession(courtId = 'one'): Promise<Session> {
  const answer = await post('/api/video/session/create', { courtId });
  expect(answer.status, await answer.clone().text()).toBe(200);
  return (await answer.json()) as Session;
}

async function status(sessionId: string): Promise<RecordStatus> {
  const answer = await portal.call('GET', `/api/video/record/status/${sessionId}`, { token: player.token });
  return (await answer.json()) as RecordStatus;
}

async function untilStatus(
  sessionId: string,
  check: (status: RecordStatus) => boolean,
): Promise<RecordStatus> {
  const { sessions } = portal.app.services;
  return new Promise((resolve, reject) => {
    const ask = (): void => {
      status(sessionId).then((found) => {
        if (!check(found)) return;
        stop();
        resolve(found);
      }, reject);
    };
    const stop = sessions.onChange(ask);
    ask();
  });
}

describe('enrolment', () => {
  it('keeps keys and enrolment to the owner alone', async () => {
    for (const [name, mode] of [
      ['.', 0o700],
      ['sign.pem', 0o600],
      ['seal.pem', 0o600],
      ['device.json', 0o600],
    ] as const) {
      expect((await stat(join(folder, 'identity', name))).mode & 0o777, name).toBe(mode);
    }
  });

  it('opens only the camera that was sealed to this device and court', async () => {
    const { deviceId, portal: own } = await link();
    const sealed = await portal.app.services.devices.sealCamera(deviceId, 'one', CAMERA);
    expect(JSON.stringify(sealed)).not.toContain('canary');
    expect(own.openCamera('one', sealed)).toBe(CAMERA);
    expect(() => own.openCamera('two', sealed)).toThrow(/not sealed to this device and court/);
  });
});

describe('a match', () => {
  it('is opened, started, stopped and over, each step asked by REST and done by the device', async () => {
    const { deviceId, desired, portal: own } = await link();
    await addCourt(deviceId);
    const session = await openSession();
    expect(session).toMatchObject({
      state: 'created',
      courtId: 'one',
      ownerName: 'player',
      deviceOnline: true,
    });
    const court = desired.at(-1)?.courts[0];
    expect(court?.camera && own.openCamera('one', court.camera)).toBe(CAMERA);

    const { sessionId } = session;
    const started = await post('/api/video/record/start', { sessionId, durationMinutes: 1 });
    expect(started.status).toBe(200);
    const running = await untilStatus(sessionId, (found) => found.state === 'recording');
    expect(running).toMatchObject({ active: true, durationSeconds: 60, growing: true, movie: 'recording' });
    expect(running.elapsedSeconds).toBeGreaterThanOrEqual(2);

    expect((await post('/api/video/record/stop', { sessionId })).status).toBe(200);
    const done = await untilStatus(sessionId, (found) => found.state === 'complete');
    expect(done).toMatchObject({ active: false, reason: 'player', movie: 'uploading', bytes: 1_000_100 });
    expect((await post('/api/video/record/stop', { sessionId })).status).toBe(200);
  });

  it('that has ended leaves the desired document', async () => {
    const { deviceId, desired, until } = await link();
    await addCourt(deviceId);
    const { sessionId } = await openSession();
    await post('/api/video/session/close', { sessionId });
    await until(() => desired.at(-1)?.sessions.length === 0);
    expect(desired.map(({ rev }) => rev)).toEqual([...desired.map(({ rev }) => rev)].sort((a, b) => a - b));
  });

  it('fails with the device’s reason when the camera does', async () => {
    const { deviceId } = await link({
      obey: ({ sessionId, courtId }) => ({
        sessionId,
        courtId,
        state: 'failed',
        reason: 'camera_unauthorized',
        detail: 'the camera does not take this password',
      }),
    });
    await addCourt(deviceId);
    const answer = await post('/api/video/session/create', { courtId: 'one' });
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({
      kind: 'camera_unauthorized',
      detail: 'the camera does not take this password',
    });
  });

  it('gets the same session for the same key, and only one per court', async () => {
    const { deviceId, desired } = await link();
    await addCourt(deviceId);
    const key = { 'idempotency-key': 'tap-1' };
    const answers = await Promise.all(
      [1, 2, 3].map(() => post('/api/video/session/create', { courtId: 'one' }, key)),
    );
    const ids = await Promise.all(
      answers.map(async (answer) => ((await answer.json()) as Session).sessionId),
    );
    expect(new Set(ids).size).toBe(1);
    expect(desired.at(-1)?.sessions).toHaveLength(1);
    const { db, auth } = portal.app.services;
    const other = await seedUser({ db, auth }, { role: 'PLAYER', clubIds: ['alpha'], name: 'other' });
    const busy = await portal.call('POST', '/api/video/session/create', {
      token: other.token,
      json: { courtId: 'one' },
    });
    expect(busy.status).toBe(409);
    expect(await busy.json()).toMatchObject({ kind: 'court_busy' });
  });

  it('frees the court for the next one while its recording is being closed', async () => {
    const slow: ReportedSession[] = [];
    const { deviceId, report, until } = await link({
      obey(session) {
        const said = obedient(session);
        if (said.state !== 'complete') return said;
        slow.push(said);
        return { ...said, state: 'stopping' };
      },
    });
    await addCourt(deviceId);
    const first = await openSession();
    await post('/api/video/session/close', { sessionId: first.sessionId });
    const next = openSession();
    await until(() => slow.length > 0);
    report(slow);
    expect((await next).sessionId).not.toBe(first.sessionId);
  });

  it('on an offline device is refused at once', async () => {
    const { deviceId } = await link();
    await addCourt(deviceId);
    await device?.close();
    device = undefined;
    await untilOnline(deviceId, false);
    const answer = await post('/api/video/session/create', { courtId: 'one' });
    expect(answer.status).toBe(409);
    expect(await answer.json()).toMatchObject({ kind: 'device_offline' });
  });

  it('of another device is not believed', async () => {
    const { deviceId, report } = await link();
    await addCourt(deviceId);
    const { sessionId } = await openSession();
    const { db, devices } = portal.app.services;
    await db
      .updateTable('match_session')
      .set({ device_id: 'dev_other00000' })
      .where('id', '=', sessionId)
      .execute();
    const heard = new Promise<void>((resolve) =>
      devices.onReported(async () => {
        await Promise.resolve();
        resolve();
      }),
    );
    report([{ sessionId, courtId: 'one', state: 'failed' }]);
    await heard;
    expect((await status(sessionId)).state).toBe('created');
  });
});

describe('the link', () => {
  it('comes back after every connection was cut, and says its newest report again', async () => {
    const { deviceId } = await link();
    await addCourt(deviceId);
    portal.cutConnections();
    await untilOnline(deviceId, false);
    await untilOnline(deviceId, true);
    expect((await openSession()).state).toBe('created');
  });

  it('comes back to a portal that was restarted, and gets what was asked for meanwhile', async () => {
    const { deviceId, desired, until } = await link();
    await addCourt(deviceId);
    await until(() => desired.at(-1)?.courts.length === 1);
    const { app } = portal;
    await app.services.db.updateTable('court').set({ name: 'New name' }).execute();
    await app.services.db
      .updateTable('device')
      .set((eb) => ({ rev: eb('rev', '+', 1) }))
      .execute();
    portal = await portal.restart();
    await until(() => desired.at(-1)?.courts[0]?.name === 'New name');
    await untilOnline(deviceId, true);
  });

  it('notices a connection that is dead without knowing it, even while it publishes', async () => {
    const stalled = await openStallingProxy(portal.port);
    const { devices } = portal.app.services;
    await rm(join(folder, 'identity', 'device.json'));
    const { token } = await devices.createEnrollment({ clubId: 'alpha', name: 'Behind a proxy' });
    await enroll({ identityFolder: join(folder, 'identity'), portalOrigin: stalled.origin, token });
    const { deviceId, report, link: own } = await link({ keepaliveSeconds: 1 });
    stalled.stall();
    const publishing = setInterval(() => report([]), 50);
    await expect.poll(() => own.connected, { timeout: 10_000, interval: 20 }).toBe(false);
    clearInterval(publishing);
    await untilOnline(deviceId, true);
    await expect.poll(() => own.connected, { timeout: 10_000, interval: 20 }).toBe(true);
    await device?.close();
    await stalled.close();
  });

  it('brings a report that no packet can hold by HTTPS, and stays connected', async () => {
    const { deviceId, desired, report, until, link: own } = await link({ pollSeconds: 0.05 });
    // The device reports at each document: what is reported below is to be the newest.
    await until(() => desired.length > 0);
    const { devices } = portal.app.services;
    const gaps = Array.from({ length: 1_000 }, (_, at) => ({
      fromMs: at,
      toMs: at + 1,
      reason: 'camera_lost',
    }));
    const upload = { sentBytes: 0, confirmed: false };
    const recording = { elapsedMs: 1, durationSeconds: 1, bytes: 1, growing: false, gaps, upload };
    const heard = new Promise<number>((resolve) => {
      devices.onReported((of, { sessions }) => {
        if (of === deviceId && sessions.length > 0) resolve(sessions.length);
        return Promise.resolve();
      });
    });
    report(
      Array.from({ length: 10 }, (_, index) => ({
        sessionId: `sess_alpha_one_170000000${String(index)}`,
        courtId: 'one',
        state: 'complete' as const,
        recording,
      })),
    );
    expect(await heard).toBe(10);
    expect(own.connected).toBe(true);
  });

  it('works by HTTPS alone', async () => {
    const { deviceId, desired, until } = await link({ pollSeconds: 0.05 });
    portal.refuseUpgrades();
    await addCourt(deviceId);
    await until(() => desired.at(-1)?.courts.length === 1);
    expect(desired.at(-1)?.courts[0]?.courtId).toBe('one');
  });

  it('begins with the last document it was given, without any portal', async () => {
    const { deviceId, desired, until, close } = await link();
    await addCourt(deviceId);
    await until(() => desired.at(-1)?.courts.length === 1);
    await close();
    portal.cutConnections();
    device = await openTestDevice(folder);
    expect(device.desired[0]?.courts[0]?.courtId).toBe('one');
  });

  it('keeps events until the portal has stored them, and tells each once', async () => {
    const { link: own, outbox } = await link({ pollSeconds: 0.05 });
    const { db, devices } = portal.app.services;
    const stored = new Promise<void>((resolve) =>
      devices.onEvent((_device, { type }) => type === 'last' && resolve()),
    );
    own.event({ epoch: 5, at: 1, type: 'first' });
    portal.cutConnections();
    own.event({ epoch: 5, at: 2, type: 'last', detail: 'x' });
    await stored;
    const rows = await db.selectFrom('device_event').select(['type', 'seq']).orderBy('seq').execute();
    expect(rows).toEqual([
      { type: 'first', seq: 1 },
      { type: 'last', seq: 2 },
    ]);
    while (outbox.list(0, 1).length > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  });

  it('carries a command out and brings its reply back', async () => {
    const { deviceId, commands } = await link({
      onCommand: (command) =>
        Promise.resolve(
          command.action.type === 'probe'
            ? { kind: 'camera_timeout' as const, message: 'no answer' }
            : undefined,
        ),
    });
    const { devices } = portal.app.services;
    const sessionId = 'sess_alpha_one_1700000000';
    const reply = await devices.command(deviceId, {
      type: 'preview',
      sessionId,
      kind: 'stream',
      leaseSeconds: 10,
    });
    expect(reply.ok).toBe(true);
    const failed = await devices.command(deviceId, { type: 'probe', courtId: 'one' });
    expect(failed).toMatchObject({ ok: false, error: { kind: 'camera_timeout', message: 'no answer' } });
    expect(commands).toHaveLength(2);
  });

  it('looks through a camera that is stored nowhere, and says what is wrong with it', async () => {
    const camera = { kind: 'rtsp', codec: 'h264', hasAudio: false, picture: '/9j/4AAQ' } as const;
    let isRefused = false;
    const { deviceId, commands } = await link({
      onCommand: () =>
        Promise.resolve(
          isRefused ? { kind: 'camera_unauthorized' as const, message: 'refused' } : { camera },
        ),
    });
    const { auth, db } = portal.app.services;
    const admin = await seedUser({ db, auth }, { role: 'CLUB_ADMIN', clubIds: ['alpha'], name: 'looker' });
    const cameraAddress = 'rtsp://ref:canary-pass@10.0.0.9/stream';
    const look = (more: object = {}) =>
      portal.call('POST', '/api/clubs/alpha/camera-test', {
        token: admin.token,
        json: { courtId: 'new1', deviceId, cameraAddress, ...more },
      });
    expect(await (await look()).json()).toEqual(camera);
    expect(JSON.stringify(commands)).not.toContain('canary');
    isRefused = true;
    const refused = await look();
    expect(await refused.json()).toMatchObject({ status: 422, kind: 'camera_unauthorized' });
    expect((await look({ deviceId: 'dev_nobody000000' })).status).toBe(404);
    const wrong = await look({ cameraAddress: 'ftp://10.0.0.9' });
    expect(await wrong.json()).toMatchObject({ errors: [{ field: 'cameraAddress' }] });
    const courts = await db.selectFrom('court').select('id').where('id', '=', 'new1').execute();
    expect(courts).toEqual([]);
  });

  it('brings support a device’s logs, state and restart, each written to the audit log', async () => {
    const reply = (text: string): Reply => Reply.parse(JSON.parse(text));
    const { logs, restart, diagnostics } = {
      ...reply(GOLDEN.replyLogs),
      ...reply(GOLDEN.replyRestart),
      ...reply(GOLDEN.replyDiagnostics),
    };
    const { deviceId, commands } = await link({
      onCommand: ({ action: { type } }) =>
        Promise.resolve(type === 'logs' ? { logs } : type === 'restart' ? { restart } : { diagnostics }),
    });
    const { auth, db } = portal.app.services;
    const support = await seedUser({ db, auth }, { role: 'SUPPORT', name: 'support' });
    const ask = async (what: string, json: object): Promise<unknown> =>
      (
        await portal.call('POST', `/api/admin/devices/${deviceId}/${what}`, { token: support.token, json })
      ).json();
    expect(await ask('logs', { of: 'one' })).toEqual(logs);
    expect(await ask('restart', { acceptGap: true })).toEqual(restart);
    expect(await ask('diagnostics', {})).toEqual(diagnostics);
    expect(commands.map(({ action }) => action)).toEqual([
      { type: 'logs', lines: 200, of: 'one' },
      { type: 'restart', acceptGap: true },
      { type: 'diagnostics' },
    ]);
    expect(await ask('logs', { of: '../../etc' })).toMatchObject({ kind: 'bad_request' });
    const lines = await db.selectFrom('audit').select(['action', 'user_id', 'object', 'detail']).execute();
    const said = { user_id: support.userId, object: deviceId };
    expect(lines.filter(({ action }) => /logs|restart|diagnostics/.test(action))).toEqual([
      { ...said, action: 'device.logs', detail: '{"lines":200,"of":"one"}' },
      { ...said, action: 'device.restart', detail: '{"acceptGap":true}' },
      { ...said, action: 'device.diagnostics', detail: '{}' },
    ]);
    await device?.close();
    device = undefined;
    await untilOnline(deviceId, false);
    expect(await ask('diagnostics', {})).toMatchObject({ status: 409, kind: 'device_offline' });
  });

  it('does not carry a command out that came too late', async () => {
    const { deviceId, commands } = await link();
    const { devices } = portal.app.services;
    const late = devices.command(deviceId, { type: 'probe', courtId: 'one' }, { expiresInMs: 0 });
    await expect(late).rejects.toMatchObject({ kind: 'timeout' });
    await devices.command(deviceId, { type: 'probe', courtId: 'one' });
    expect(commands).toHaveLength(1);
  });
});

describe('telemetry', () => {
  it('tells the staff how long the disk lasts, and that it is not the one for videos', async () => {
    const { auth, db } = portal.app.services;
    const staff = await seedUser({ db, auth }, { role: 'SUPPORT', name: 'staff' });
    const facts = {
      v: 1,
      at: 1,
      uptimeSeconds: 60,
      rssBytes: 1,
      diskFreeBytes: 5_000,
      loadAverage: 0,
    } as const;
    const ask = async (): Promise<unknown> =>
      (await portal.call('GET', '/api/admin/devices', { token: staff.token })).json();
    await link({ telemetry: () => ({ ...facts, recordingMinutesLeft: 42, media: 'missing' }) });
    const said = { diskFreeBytes: 5_000, recordingMinutesLeft: 42, media: 'missing' };
    await expect.poll(ask).toMatchObject({ items: [said] });
    await device?.close();
    await link({ telemetry: () => facts });
    await expect.poll(ask).toMatchObject({ items: [{ recordingMinutesLeft: null, media: null }] });
  });
});

describe('a device that is taken away', () => {
  it('is cut off at once, and its tokens and keys bring it back by no way', async () => {
    const { deviceId, link: deviceLink, portal: own } = await link();
    await addCourt(deviceId);
    const { sessionId } = await openSession();
    const { broker, auth, db, previews } = portal.app.services;
    const boss = await seedUser({ db, auth }, { role: 'SUPER_ADMIN', name: 'boss' });
    const viewer = await previews.watch(sessionId);
    expect(broker.connections()).toBe(2);
    const path = `/api/admin/devices/${deviceId}`;
    expect((await portal.call('DELETE', path, { token: boss.token })).status).toBe(204);
    await expect.poll(() => broker.connections()).toBe(1);
    await expect.poll(() => deviceLink.connected).toBe(false);
    await expect(own.client.request('/api/edge/desired')).rejects.toMatchObject({ kind: 'unauthenticated' });
    expect(await viewer.next()).toBeUndefined();
    expect((await portal.call('DELETE', path, { token: boss.token })).status).toBe(404);
  });
});

describe('a video that was deleted', () => {
  it('while its device was away is told when it is back, until the device says that it is gone', async () => {
    const { deviceId } = await link();
    await device?.close();
    const where = { clubId: 'alpha', courtId: 'one', deviceId, ownerId: player.userId };
    const id = await seedSession(portal.app.services.db, where, WITH_MOVIE);
    const path = `/api/video/files/${id}`;
    for (let repeat = 0; repeat < 2; repeat += 1)
      expect((await portal.call('DELETE', path, { token: player.token })).status).toBe(200);
    portal = await portal.restart();
    const { db, sessions } = portal.app.services;
    const back = await link();
    const deletions = (): unknown => back.desired.at(-1)?.deletions;
    await back.until(() => deletions() !== undefined);
    expect(deletions()).toEqual([id]);
    const said = { ...reportOf(back.desired.at(-1), []), erased: [id] };
    await sessions.applyReported('dev_stranger00', said);
    const { erased_at: erasedAt } = await db
      .selectFrom('match_session')
      .select('erased_at')
      .executeTakeFirstOrThrow();
    expect(erasedAt).toBeNull();
    back.link.report(said);
    await back.until(() => deletions() === undefined);
  });
});
