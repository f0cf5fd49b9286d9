/** Sessions on a real database, with time that the test drives. */
import type { Reported, ReportedSession } from '@padelvar/shared/link';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PortalChannel } from '../src/lib/server/broker/portal-channel.ts';
import type { Db } from '../src/lib/server/db/database.ts';
import { createDeviceTokens } from '../src/lib/server/devices/device-tokens.ts';
import { createDevices, type Devices } from '../src/lib/server/devices/devices.ts';
import { silentLogger } from '../src/lib/server/log.ts';
import { createSessions, type Sessions } from '../src/lib/server/sessions/sessions.ts';
import { createManualClock, type ManualClock } from './support/manual-clock.ts';
import { seedClub, seedCourt, seedDevice, seedSession } from './support/seed.ts';
import { openTestDatabase } from './support/test-database.ts';
import { reportOf } from './support/test-device.ts';

const DEVICE = 'dev_alpha00000000';
const anna = { userId: 'anna' };
const ben = { userId: 'ben' };

/** A channel to nobody: what would be sent is counted. */
function deafChannel(): PortalChannel & { sent: { leaf: string; body: unknown }[] } {
  const sent: { leaf: string; body: unknown }[] = [];
  return {
    sent,
    connected: true,
    publish: (_device, leaf, body) => {
      sent.push({ leaf, body });
      return true;
    },
    onConnect: () => undefined,
    onMessage: () => undefined,
    close: () => Promise.resolve(),
  };
}

let db: Db;
let clock: ManualClock;
let channel: ReturnType<typeof deafChannel>;
let devices: Devices;
let sessions: Sessions;

beforeEach(async () => {
  clock = createManualClock();
  db = await openTestDatabase();
  channel = deafChannel();
  devices = createDevices({
    db,
    clock,
    log: silentLogger,
    channel,
    tokens: createDeviceTokens({ db, clock, secret: 'c2VjcmV0' }),
    watchKey: '',
  });
  sessions = createSessions({ db, clock, log: silentLogger, devices });
  await seedClub(db, 'alpha');
  await seedDevice(db, 'alpha', { id: DEVICE, online: 1, last_seen_at: clock.nowMs() });
  await seedCourt(db, 'alpha', 'one', {
    device_id: DEVICE,
    camera_sealed:
      '{"v":1,"ephemeralKey":"' + 'A'.repeat(43) + '","nonce":"' + 'B'.repeat(16) + '","box":"QQ"}',
  });
});

afterEach(() => db.destroy());

const say = (...reported: ReportedSession[]): Promise<void> =>
  sessions.applyReported(DEVICE, reportOf(undefined, reported) satisfies Reported);
const seen = async (): Promise<void> => devices.heardOf(DEVICE);

/** The id of the session that was just asked for. */
async function newest(): Promise<string> {
  const row = await db
    .selectFrom('match_session')
    .select('id')
    .orderBy('id', 'desc')
    .executeTakeFirstOrThrow();
  return row.id;
}

/** Opens the court for somebody, the device doing its part. */
async function open(caller = anna): Promise<string> {
  const opening = sessions.open(caller, 'one');
  const id = await untilAsked();
  await say({ sessionId: id, courtId: 'one', state: 'created' });
  return (await opening).sessionId;
}

async function untilAsked(): Promise<string> {
  const before = channel.sent.length;
  while (channel.sent.length === before) await new Promise((resolve) => setImmediate(resolve));
  return newest();
}

describe('opening', () => {
  it('that takes longer than 8 s is a timeout that names the session, and asking again goes on waiting', async () => {
    const opening = sessions.open(anna, 'one');
    opening.catch(() => undefined);
    const id = await untilAsked();
    await clock.advance(8_000);
    await expect(opening).rejects.toMatchObject({ kind: 'timeout', details: { sessionId: id } });
    const again = sessions.open(anna, 'one');
    await say({ sessionId: id, courtId: 'one', state: 'created' });
    expect((await again).sessionId).toBe(id);
  });

  it('takes the next second that the court has not used', async () => {
    const first = await open();
    await sessions.close(first, 'closed');
    await say({ sessionId: first, courtId: 'one', state: 'complete' });
    const second = await open();
    expect(Number(second.split('_')[3])).toBe(Number(first.split('_')[3]) + 1);
  });

  it('is the caller’s own session where there is one, and busy for others', async () => {
    const id = await open(anna);
    expect((await sessions.open(anna, 'one')).sessionId).toBe(id);
    await expect(sessions.open(ben, 'one')).rejects.toMatchObject({ kind: 'court_busy' });
  });

  it('by a key that meant another court is a conflict', async () => {
    const id = await open();
    await sessions.open(anna, 'one', 'key');
    await seedCourt(db, 'alpha', 'two', { device_id: DEVICE, camera_sealed: '{}' });
    await expect(sessions.open(anna, 'two', 'key')).rejects.toMatchObject({ kind: 'conflict' });
    expect((await sessions.open(anna, 'one', 'key')).sessionId).toBe(id);
  });

  it.each([
    ['without a mini-PC', { device_id: null }, 'no_device'],
    ['without a camera', { camera_sealed: null }, 'no_device'],
  ] as const)('a court %s says so', async (_fact, court, kind) => {
    await db.updateTable('court').set(court).execute();
    await expect(sessions.open(anna, 'one')).rejects.toMatchObject({ kind });
  });

  it('is refused at once while the device has not been heard of for its lease', async () => {
    await clock.advance(90_000);
    await expect(sessions.open(anna, 'one')).rejects.toMatchObject({ kind: 'device_offline' });
  });

  it('frees a court whose last session no device ever spoke of', async () => {
    const opening = sessions.open(anna, 'one');
    opening.catch(() => undefined);
    const lost = await untilAsked();
    await clock.advance(31_000);
    await expect(opening).rejects.toMatchObject({ kind: 'timeout' });
    await seen();
    expect(await open(ben)).not.toBe(lost);
    await say({ sessionId: lost, courtId: 'one', state: 'created' });
    expect((await sessions.get(lost)).state).toBe('failed');
  });
});

describe('a recording', () => {
  it('is refused while the device is offline, but its stop is kept', async () => {
    const id = await open();
    await sessions.start(id, 1);
    await clock.advance(90_000);
    await expect(sessions.start(id, 1)).rejects.toMatchObject({ kind: 'device_offline' });
    expect((await sessions.stop(id, 'player')).state).toBe('stopping');
    const desired = await devices.desired(DEVICE);
    expect(desired.sessions[0]?.recording?.stop).toMatchObject({ reason: 'player' });
  });

  it('started twice at once is asked for once', async () => {
    const id = await open();
    const revs = (await devices.desired(DEVICE)).rev;
    await Promise.all([sessions.start(id, 1), sessions.start(id, 1), sessions.start(id, 1)]);
    expect((await devices.desired(DEVICE)).rev).toBe(revs + 1);
  });
});

describe('cleaning up', () => {
  it('closes what was open for two hours without a recording, and nothing else', async () => {
    const idle = await open();
    await seedCourt(db, 'alpha', 'two', { device_id: DEVICE });
    const where = { clubId: 'alpha', courtId: 'two', deviceId: DEVICE, ownerId: 'ben' };
    await seedSession(db, where, { state: 'recording', started_at: clock.nowMs(), opened_at: clock.nowMs() });
    expect(await sessions.cleanup()).toEqual([]);
    await clock.advance(2 * 60 * 60 * 1000 + 1);
    expect(await sessions.cleanup(['beta'])).toEqual([]);
    expect(await sessions.cleanup()).toEqual([idle]);
    expect(await sessions.cleanup()).toEqual([]);
    const asked = (await devices.desired(DEVICE)).sessions.find(({ sessionId }) => sessionId === idle);
    expect(asked?.close).toMatchObject({ reason: 'orphaned' });
  });
});

describe('lists', () => {
  it('come a page at a time, newest first, and only what one may see', async () => {
    for (const second of [100, 300, 200]) {
      const where = {
        clubId: 'alpha',
        courtId: 'one',
        deviceId: DEVICE,
        ownerId: second === 200 ? 'ben' : 'anna',
      };
      await seedSession(db, where, {
        id: `sess_alpha_one_1700000${second}`,
        opened_at: second,
        state: 'complete',
      });
    }
    const all = { scope: { kind: 'all' } as const, limit: 2 };
    const first = await sessions.list(all);
    expect(first.items.map(({ sessionId }) => sessionId.slice(-3))).toEqual(['300', '200']);
    const rest = await sessions.list({ ...all, cursor: first.nextCursor ?? '' });
    expect(rest.items.map(({ sessionId }) => sessionId.slice(-3))).toEqual(['100']);
    expect(rest.nextCursor).toBeNull();
    const own = await sessions.list({ scope: { kind: 'user', userId: 'ben' }, limit: 10 });
    expect(own.items.map(({ ownerId }) => ownerId)).toEqual(['ben']);
    const ofNone = { kind: 'clubs', clubIds: [], userId: 'carla' } as const;
    expect((await sessions.list({ scope: ofNone, limit: 10 })).items).toEqual([]);
    await expect(sessions.list({ ...all, cursor: 'nonsense' })).rejects.toMatchObject({ field: 'cursor' });
  });
});
