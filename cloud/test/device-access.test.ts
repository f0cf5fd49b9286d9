/** How a device becomes known and proves who it is, over HTTP. */
import { sign } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tokenMessage } from '@padelvar/shared/edge-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createManualClock as createEdgeClock } from '../../edge/test/support/manual-clock.ts';
import { createPortal } from '../../edge/src/link/portal.ts';
import { loadOrCreateIdentity, type Identity } from '../../edge/src/link/identity.ts';
import { createManualClock, type ManualClock } from './support/manual-clock.ts';
import { openLinkedPortal, type LinkedPortal } from './support/linked-portal.ts';
import { seedClub } from './support/seed.ts';

let portal: LinkedPortal;
let clock: ManualClock;
let folder: string;
let identity: Identity;
let token: string;

beforeEach(async () => {
  clock = createManualClock();
  portal = await openLinkedPortal({ clock });
  folder = await mkdtemp(join(tmpdir(), 'padelvar-identity-'));
  identity = await loadOrCreateIdentity(join(folder, 'one'));
  await seedClub(portal.app.services.db, 'alpha');
  ({ token } = await portal.app.services.devices.createEnrollment({ clubId: 'alpha', name: 'Box' }));
});

afterEach(async () => {
  await portal.close();
  await rm(folder, { recursive: true, force: true });
});

async function post(path: string, json: unknown): Promise<{ status: number; body: Record<string, unknown> }> {
  const answer = await portal.call('POST', path, { json });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

const enroll = (keys: Identity = identity, secret = token) =>
  post('/api/edge/enroll', { token: secret, signKey: keys.sign.publicKey, sealKey: keys.seal.publicKey });

async function challenge(deviceId: string): Promise<string> {
  return String((await post('/api/edge/challenge', { deviceId })).body.nonce);
}

function signed(deviceId: string, nonce: string, keys: Identity = identity) {
  const message = Buffer.from(tokenMessage(deviceId, nonce));
  return { deviceId, nonce, signature: sign(null, message, keys.sign.privateKey).toString('base64url') };
}

async function enrolled(): Promise<string> {
  return String((await enroll()).body.deviceId);
}

describe('enrolment', () => {
  it('takes a token that no command line mistakes for an option', () => {
    expect(token).toMatch(/^enroll_[A-Za-z0-9_-]{32}$/);
  });

  it('repeated with the same keys gives the same device', async () => {
    const first = await enroll();
    expect(first.status).toBe(200);
    expect(await enroll()).toEqual(first);
    expect(await portal.app.services.db.selectFrom('device').select('id').execute()).toHaveLength(1);
  });

  it('by a token that is spent, unknown or too old is refused', async () => {
    const stranger = await loadOrCreateIdentity(join(folder, 'two'));
    expect((await enroll(stranger, 'x'.repeat(32))).status).toBe(401);
    await enroll();
    expect((await enroll(stranger)).status).toBe(410);
    const other = await portal.app.services.devices.createEnrollment({ clubId: 'alpha', name: 'Other' });
    await clock.advance(24 * 60 * 60 * 1000);
    expect((await enroll(stranger, other.token)).status).toBe(410);
  });

  it('of two keys at once with one token takes one', async () => {
    const stranger = await loadOrCreateIdentity(join(folder, 'two'));
    const answers = await Promise.all([enroll(), enroll(stranger)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 410]);
    expect(await portal.app.services.db.selectFrom('device').select('id').execute()).toHaveLength(1);
  });

  it('stores no token that could be used', async () => {
    const rows = await portal.app.services.db.selectFrom('device_enrollment').selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain(token);
  });
});

describe('a token', () => {
  it('is given for a signed challenge, once', async () => {
    const deviceId = await enrolled();
    const request = signed(deviceId, await challenge(deviceId));
    expect(await post('/api/edge/token', request)).toMatchObject({
      status: 200,
      body: { expiresInSeconds: 900 },
    });
    expect((await post('/api/edge/token', request)).status).toBe(401);
  });

  it('is given to the device however many others ask for challenges in its name', async () => {
    const deviceId = await enrolled();
    const nonce = await challenge(deviceId);
    await Promise.all(Array.from({ length: 50 }, () => challenge(deviceId)));
    expect((await post('/api/edge/token', signed(deviceId, nonce))).status).toBe(200);
    const another = `${(await challenge(deviceId)).slice(0, -1)}!`;
    expect((await post('/api/edge/token', signed(deviceId, another))).status).toBe(401);
  });

  it('is not given for another’s signature, an old challenge or an unknown device', async () => {
    const deviceId = await enrolled();
    const stranger = await loadOrCreateIdentity(join(folder, 'two'));
    expect(
      (await post('/api/edge/token', signed(deviceId, await challenge(deviceId), stranger))).status,
    ).toBe(401);
    const late = signed(deviceId, await challenge(deviceId));
    await clock.advance(60_000);
    expect((await post('/api/edge/token', late)).status).toBe(401);
    const nobody = 'dev_nobody0000';
    expect((await post('/api/edge/token', signed(nobody, await challenge(nobody)))).status).toBe(401);
  });

  it('opens its own door until it ends, and a person’s login does not', async () => {
    const deviceId = await enrolled();
    const { body } = await post('/api/edge/token', signed(deviceId, await challenge(deviceId)));
    const get = (bearer: string) => portal.call('GET', '/api/edge/desired', { token: bearer });
    const answer = await get(String(body.token));
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ deviceId, sessions: [], courts: [] });
    expect((await get('nonsense')).status).toBe(401);
    await clock.advance(900_000);
    expect((await get(String(body.token))).status).toBe(401);
  });

  it('of a device that was taken away opens nothing', async () => {
    const deviceId = await enrolled();
    const { body } = await post('/api/edge/token', signed(deviceId, await challenge(deviceId)));
    await portal.app.services.db.deleteFrom('device').where('id', '=', deviceId).execute();
    expect((await portal.call('GET', '/api/edge/desired', { token: String(body.token) })).status).toBe(401);
  });
});

describe('the device’s client', () => {
  it('asks for one token however many want one, and for the next at 80 % of its life', async () => {
    const edgeClock = createEdgeClock();
    const deviceId = await enrolled();
    const own = createPortal({
      enrollment: { portalOrigin: portal.origin, deviceId },
      identity,
      clock: edgeClock,
    });
    const [first, second] = await Promise.all([own.token.get(), own.token.get()]);
    expect(second).toBe(first);
    await edgeClock.advance(719_000);
    expect(await own.token.get()).toBe(first);
    await edgeClock.advance(1_000);
    expect(await own.token.get()).not.toBe(first);
    expect(own.time.nowMs()).toBe(clock.nowMs());
  });

  it('replaces a token that the portal no longer takes', async () => {
    const deviceId = await enrolled();
    const own = createPortal({
      enrollment: { portalOrigin: portal.origin, deviceId },
      identity,
      clock: createEdgeClock(),
    });
    await own.client.request('/api/edge/desired');
    await clock.advance(900_000);
    expect((await own.client.request('/api/edge/desired')).status).toBe(200);
  });

  it('says which problem the portal named, and what is wrong with its network', async () => {
    const deviceId = await enrolled();
    const own = createPortal({
      enrollment: { portalOrigin: portal.origin, deviceId },
      identity,
      clock: createEdgeClock(),
    });
    const wrong = own.client.request('/api/edge/reported', { json: { v: 2 } });
    await expect(wrong).rejects.toMatchObject({ kind: 'bad_request' });
    const nowhere = createPortal({
      enrollment: { portalOrigin: 'http://127.0.0.1:1', deviceId },
      identity,
      clock: createEdgeClock(),
    });
    await expect(nowhere.client.request('/api/edge/desired')).rejects.toMatchObject({ kind: 'timeout' });
  });
});
