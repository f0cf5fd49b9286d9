import { generateKeyPairSync } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Club, Court, Device, User } from '@padelvar/shared/portal-api';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTestPortal, type TestPortal } from './support/portal.ts';
import { seedClub, seedCourt, seedDevice, seedSession } from './support/seed.ts';
import { CLIP_ID, createWorld, DEVICE, MOVIE_SESSION, OPEN_SESSION, type World } from './support/world.ts';

let portal: TestPortal;
let world: World;
beforeAll(async () => {
  portal = await openTestPortal();
  world = await createWorld(portal.app.services);
});
beforeEach(() => world.reset());
afterAll(() => portal.close());

type Who = keyof World['tokens'];
const ask = (who: Who, method: string, path: string, json?: unknown) =>
  portal.call(method, path, { token: world.tokens[who], json });
const items = async <Item>(who: Who, path: string): Promise<Item[]> =>
  ((await (await ask(who, 'GET', path)).json()) as { items: Item[] }).items;

/** Five more clubs, courts and devices, two of each with the same name. */
async function addMany(): Promise<void> {
  const { db } = portal.app.services;
  for (const [index, name] of ['Alba', 'Beta', 'Beta', 'Zeta', 'Ärna'].entries()) {
    await seedClub(db, `more${index}`, { name });
    await seedCourt(db, 'north', `more${index}`, { name });
    await seedDevice(db, 'north', { id: `dev_more${index}0000`, name });
  }
}

describe('lists', () => {
  it('show clubs, courts, users and devices of one’s own clubs only', async () => {
    const clubs = async (who: Who) => (await items<Club>(who, '/api/clubs')).map((club) => club.clubId);
    expect(await clubs('super')).toEqual(['north', 'south']);
    expect(await clubs('owner')).toEqual(['north']);
    expect(await clubs('foreignAdmin')).toEqual(['south']);
    expect(await items<Court>('foreigner', '/api/courts')).toEqual([]);
    expect(await items<Court>('member', '/api/courts')).toHaveLength(3);
    expect(await items<Device>('foreignAdmin', '/api/admin/devices')).toEqual([]);
    expect(await items<Device>('admin', '/api/admin/devices')).toMatchObject([
      { deviceId: DEVICE, online: false, sessions: 1 },
    ]);
    const users = await items<User>('foreignAdmin', '/api/admin/users');
    expect(users.map((user) => user.email)).toEqual([
      'foreign-admin@example.test',
      'foreigner@example.test',
      'participant@example.test',
    ]);
  });

  it.each([
    ['users', '/api/admin/users', 9],
    ['clubs', '/api/clubs', 7],
    ['courts', '/api/courts', 8],
    ['courts of a club', '/api/clubs/north/courts', 8],
    ['devices', '/api/admin/devices', 6],
  ])('of %s come a page at a time, each once and in one order', async (_what, path, count) => {
    await addMany();
    const whole = await items<object>('super', `${path}?limit=100`);
    const seen: object[] = [];
    let pages = 0;
    for (let cursor: string | null = ''; cursor !== null; pages += 1) {
      const query = cursor === '' ? '?limit=3' : `?limit=3&cursor=${cursor}`;
      const response = await ask('super', 'GET', `${path}${query}`);
      const page = (await response.json()) as { items: object[]; nextCursor: string | null };
      expect(page.items.length).toBeLessThanOrEqual(3);
      seen.push(...page.items);
      cursor = page.nextCursor;
    }
    expect(pages).toBe(Math.ceil(count / 3));
    expect(seen).toHaveLength(count);
    expect(seen).toEqual(whole);
  });

  it.each(['/api/clubs', '/api/courts', '/api/clubs/north/courts', '/api/admin/devices', '/api/admin/users'])(
    '%s: more than 100 at once, or a limit that is no number, is refused and the field named',
    async (path) => {
      for (const limit of ['101', '0', 'x']) {
        const response = await ask('super', 'GET', `${path}?limit=${limit}`);
        expect(response.status).toBe(400);
        expect(await response.json()).toMatchObject({ errors: [{ field: 'limit' }] });
      }
    },
  );

  it.each(['/api/clubs', '/api/courts', '/api/admin/devices'])(
    '%s: a cursor of another list is refused and the field named',
    async (path) => {
      for (const text of ['nonsense', '["a"]', '[1,2,3]']) {
        const cursor = Buffer.from(text).toString('base64url');
        const response = await ask('super', 'GET', `${path}?cursor=${cursor}`);
        expect(response.status).toBe(400);
        expect(await response.json()).toMatchObject({ errors: [{ field: 'cursor' }] });
      }
    },
  );
});

describe('a club', () => {
  it('with mini-PCs, videos or an open session can’t be deleted, one without leaves nothing behind', async () => {
    const withDevice = await ask('super', 'DELETE', '/api/clubs/north');
    expect(withDevice.status).toBe(409);
    expect(await withDevice.text()).toMatch('Take it away first');
    await portal.app.services.db.deleteFrom('device').execute();
    const refused = await ask('super', 'DELETE', '/api/clubs/north');
    expect(refused.status).toBe(409);
    expect(await refused.text()).toMatch('Delete its videos first');
    const { db } = portal.app.services;
    await db.deleteFrom('match_session').where('id', '=', OPEN_SESSION).execute();
    expect((await ask('super', 'DELETE', '/api/clubs/north')).status).toBe(409);
    await db
      .updateTable('match_session')
      .set({ movie_state: 'deleted' })
      .where('id', '=', MOVIE_SESSION)
      .execute();
    // Neither a movie beside a match nor a clip that has outlived it loses the row that names it.
    expect((await ask('super', 'DELETE', '/api/clubs/north')).status).toBe(409);
    await db.updateTable('further_movie').set({ state: 'erased' }).execute();
    const copy = { clip_id: CLIP_ID, session_id: MOVIE_SESSION, object_key: 'kept.mp4', upload_id: 'u' };
    await db
      .insertInto('clip_copy')
      .values({
        ...{ ...copy, state: 'complete', bytes: 1000, created_at: 0 },
        ...{ thumbnail_key: null, thumbnail_bytes: null },
      })
      .execute();
    expect((await ask('super', 'DELETE', '/api/clubs/north')).status).toBe(409);
    await db.deleteFrom('clip_copy').execute();
    expect((await ask('super', 'DELETE', '/api/clubs/north')).status).toBe(204);
    for (const table of ['court', 'device', 'match_session'] as const) {
      const left = await db.selectFrom(table).select('id').where('club_id', '=', 'north').execute();
      expect(left).toEqual([]);
    }
    const roles = async (name: string) =>
      (await db.selectFrom('user').select('role').where('name', '=', name).execute()).map(({ role }) => role);
    expect(await roles('admin')).toEqual(['PLAYER']);
    expect(await roles('foreign-admin')).toEqual(['CLUB_ADMIN']);
  });

  it.each([
    ['clubId', { clubId: 'Bad Id', name: 'x' }, 400],
    ['name', { clubId: 'east', name: ' ' }, 400],
    ['timeZone', { clubId: 'east', name: 'East', timeZone: 'Mars/North' }, 400],
    ['clubId', { clubId: 'north', name: 'Again' }, 409],
  ])('with a wrong %s is refused and the field named', async (field, json, status) => {
    const response = await ask('super', 'POST', '/api/clubs', json);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ errors: [{ field }] });
  });
});

describe('a camera address', () => {
  const CANARY = 'canary-7d1f';
  const address = `rtsp://admin:${CANARY}@10.0.0.7:554/stream1`;

  it('goes in sealed and is found nowhere: not in answers, not in the data folder', async () => {
    const { publicKey } = generateKeyPairSync('x25519');
    const { db } = portal.app.services;
    const sealKey = publicKey.export({ format: 'jwk' }).x ?? '';
    await db.updateTable('device').set({ seal_key: sealKey }).where('id', '=', DEVICE).execute();
    const answers = await Promise.all(
      [
        await ask('admin', 'PATCH', '/api/courts/n3', { cameraAddress: address }),
        await ask('admin', 'GET', '/api/courts'),
        await ask('admin', 'PATCH', '/api/courts/n3', { cameraAddress: `ftp://a:${CANARY}@h/` }),
      ].map((response) => response.text()),
    );
    expect(JSON.parse(answers[0] ?? '')).toMatchObject({ courtId: 'n3', hasCamera: true });
    const files = await readdir(portal.dataDir, { recursive: true, withFileTypes: true });
    for (const file of files.filter((entry) => entry.isFile())) {
      answers.push(await readFile(join(file.parentPath, file.name), 'latin1'));
    }
    expect(answers.length).toBeGreaterThan(5);
    for (const text of answers) expect(text).not.toContain(CANARY);
  });

  it('needs an enrolled device', async () => {
    const json = { courtId: 'n9', name: 'Nine', cameraAddress: address };
    const response = await ask('admin', 'POST', '/api/clubs/north/courts', json);
    expect(response.status).toBe(409);
    expect(await response.json()).toMatchObject({ kind: 'no_device', errors: [{ field: 'cameraAddress' }] });
  });

  it.each([
    'file:///etc/passwd',
    'concat:a|b',
    "rtsp://a/'b",
    'rtsp://h/\nfile x',
    'rtsp:',
    `rtsp://h/${'x'.repeat(600)}`,
  ])('like %j is refused', async (cameraAddress) => {
    const response = await ask('admin', 'PATCH', '/api/courts/n3', { cameraAddress });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ field: 'cameraAddress' }] });
  });

  it('is forgotten when the court gets another device, whose key can’t open it', async () => {
    const { db } = portal.app.services;
    await db.updateTable('court').set({ camera_sealed: '{}' }).where('id', '=', 'n3').execute();
    const moved = await ask('admin', 'PATCH', '/api/courts/n3', { deviceId: null });
    expect(await moved.json()).toMatchObject({ deviceId: null, hasCamera: false });
  });
});

describe('a court', () => {
  it('id is unique in the whole portal', async () => {
    const response = await ask('super', 'POST', '/api/clubs/south/courts', { courtId: 'n1', name: 'One' });
    expect(response.status).toBe(409);
  });

  it('id stays its club’s while matches were played on it', async () => {
    const { db } = portal.app.services;
    const ownerId = (await db.selectFrom('user').select('id').executeTakeFirstOrThrow()).id;
    await seedSession(
      db,
      { clubId: 'north', courtId: 'n9', deviceId: DEVICE, ownerId },
      { state: 'complete' },
    );
    const create = (clubId: string) =>
      ask('super', 'POST', `/api/clubs/${clubId}/courts`, { courtId: 'n9', name: 'Nine' });
    expect((await create('south')).status).toBe(409);
    expect((await create('north')).status).toBe(201);
  });

  it.each(['warm', 'lowDelay'] as const)(
    'that is set %s tells its mini-PC so, and no longer when it is not',
    async (option) => {
      const { devices } = portal.app.services;
      const toldOf = async (): Promise<unknown> => {
        const { courts } = await devices.desired(DEVICE);
        return courts.find(({ courtId }) => courtId === 'n3')?.[option];
      };
      const revOf = async (): Promise<number> => (await devices.desired(DEVICE)).rev;
      expect(await toldOf()).toBeUndefined();
      const rev = await revOf();
      const set = await ask('admin', 'PATCH', '/api/courts/n3', { [option]: true });
      expect(await set.json()).toMatchObject({ courtId: 'n3', [option]: true });
      expect(await toldOf()).toBe(true);
      expect(await revOf()).toBeGreaterThan(rev);
      await ask('admin', 'PATCH', '/api/courts/n3', { name: 'Three' });
      expect(await toldOf()).toBe(true);
      const unset = await ask('admin', 'PATCH', '/api/courts/n3', { [option]: false });
      expect(await unset.json()).toMatchObject({ [option]: false });
      expect(await toldOf()).toBeUndefined();
      const refused = await ask('admin', 'PATCH', '/api/courts/n3', { [option]: 'yes' });
      expect(refused.status).toBe(400);
      expect(await refused.json()).toMatchObject({ errors: [{ field: option }] });
    },
  );

  it('takes no device of another club', async () => {
    const json = { courtId: 's1', name: 'One', deviceId: DEVICE };
    const response = await ask('foreignAdmin', 'POST', '/api/clubs/south/courts', json);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ errors: [{ field: 'deviceId' }] });
  });

  it('with an open session keeps its device and stays', async () => {
    expect((await ask('admin', 'DELETE', '/api/courts/n1')).status).toBe(409);
    expect((await ask('admin', 'PATCH', '/api/courts/n1', { deviceId: null })).status).toBe(409);
    expect(await items<Court>('admin', '/api/courts?clubId=north')).toMatchObject([
      { courtId: 'n1', busy: true },
      { courtId: 'n2', busy: false },
      { courtId: 'n3', busy: false },
    ]);
  });

  it('can’t have two open sessions, whatever the code above the database does', async () => {
    const { db } = portal.app.services;
    const row = await db
      .selectFrom('match_session')
      .selectAll()
      .where('id', '=', OPEN_SESSION)
      .executeTakeFirstOrThrow();
    const second = db.insertInto('match_session').values({ ...row, id: 'sess_north_n1_1767225601' });
    await expect(second.execute()).rejects.toThrow(/unique/i);
  });
});

describe('a device that is taken away', () => {
  it('ends what was open on it and takes the cameras of its courts along', async () => {
    const { db } = portal.app.services;
    await db.updateTable('court').set({ camera_sealed: '{}' }).where('id', '=', 'n3').execute();
    expect((await ask('super', 'DELETE', `/api/admin/devices/${DEVICE}`)).status).toBe(204);
    const courts = await items<Court>('admin', '/api/courts');
    expect(courts.map(({ deviceId, hasCamera, busy }) => ({ deviceId, hasCamera, busy }))).toEqual(
      Array.from({ length: 3 }, () => ({ deviceId: null, hasCamera: false, busy: false })),
    );
    const status = await ask('owner', 'GET', `/api/video/record/status/${OPEN_SESSION}`);
    expect(await status.json()).toMatchObject({ state: 'failed', reason: 'device_offline', active: false });
  });
});
