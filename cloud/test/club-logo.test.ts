/** A club's logo: who sets it, what may be one, how it is served, and what becomes of it. */
import type { ClubLogo } from '@padelvar/shared/logo';
import { LOGO_MAX_BYTES } from '@padelvar/shared/logo-check';
import type { CourtCodeView, CourtSign } from '@padelvar/shared/players-api';
import type { Club } from '@padelvar/shared/portal-api';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { COURT_CODE, seedCourtside } from './support/courtside.ts';
import { createPng } from './support/logo.ts';
import { openTestPortal, type TestPortal } from './support/portal.ts';
import { createWorld, type World } from './support/world.ts';

const BLUE = createPng(300, 100, [11, 63, 168, 255]);
const WHITE = createPng(40, 160, [255, 255, 255, 128]);
const JPEG_HEAD = [0xff, 0xd8, 0xff, 0xc0, 0, 11, 8, 0, 50, 0, 60, 1, 0x11, 0, 0];
const JPEG = Buffer.from([...JPEG_HEAD, 0xff, 0xd9]);

let portal: TestPortal;
let world: World;
beforeAll(async () => {
  portal = await openTestPortal();
  world = await createWorld(portal.app.services);
});
beforeEach(async () => {
  await world.reset();
  await seedCourtside(portal.app.services.db, world.participantId);
});
afterAll(() => portal.close());

type Who = keyof World['tokens'];
function put(who: Who, clubId: string, body: Buffer<ArrayBuffer>, type = 'image/png'): Promise<Response> {
  const headers = { authorization: `Bearer ${world.tokens[who]}`, 'content-type': type };
  const url = `${portal.app.services.settings.origin}/api/clubs/${clubId}/logo`;
  return portal.app.fetch(new Request(url, { method: 'PUT', headers, body }));
}
async function set(clubId: string, body: Buffer<ArrayBuffer>): Promise<ClubLogo> {
  const response = await put('super', clubId, body);
  expect(response.status).toBe(200);
  return (await response.json()) as ClubLogo;
}
const ask = (who: Who, method: string, path: string, json?: unknown) =>
  portal.call(method, path, { token: world.tokens[who], json });
const clubOf = async (clubId: string): Promise<Club | undefined> => {
  const { items } = (await (await ask('super', 'GET', '/api/clubs')).json()) as { items: Club[] };
  return items.find((club) => club.clubId === clubId);
};

describe('the logo of a club', () => {
  it('is set by its administrator and told wherever the club’s name is', async () => {
    const logo = (await (await put('admin', 'north', BLUE)).json()) as ClubLogo;
    expect(logo).toEqual({
      url: expect.stringMatching(/^\/api\/logos\/[0-9a-f]{32}$/) as string,
      ...{ ground: 'light', width: 300, height: 100 },
    });
    expect((await clubOf('north'))?.logo).toEqual(logo);
    expect((await clubOf('south'))?.logo).toBeNull();
    const court = (await (await portal.call('GET', `/api/codes/${COURT_CODE}`)).json()) as CourtCodeView;
    expect(court.logo).toEqual(logo);
    const sign = (await (await ask('admin', 'GET', '/api/courts/n3/code')).json()) as CourtSign;
    expect(sign.logo).toEqual(logo);
  });

  it('stands on a dark ground where the club says so', async () => {
    await set('north', WHITE);
    const changed = await ask('admin', 'PATCH', '/api/clubs/north', { logoGround: 'dark' });
    expect(((await changed.json()) as Club).logo?.ground).toBe('dark');
    expect((await ask('admin', 'PATCH', '/api/clubs/north', { logoGround: 'red' })).status).toBe(400);
  });

  it('is replaced under another address, and the one before is gone', async () => {
    const before = await set('north', BLUE);
    const after = await set('north', WHITE);
    expect(after.url).not.toBe(before.url);
    expect((await portal.call('GET', before.url)).status).toBe(404);
    expect((await portal.call('GET', after.url)).status).toBe(200);
    expect((await clubOf('north'))?.logo).toMatchObject({ url: after.url, width: 40, height: 160 });
  });

  it('is taken away, and taking it away again changes nothing', async () => {
    const { url } = await set('north', BLUE);
    for (let time = 0; time < 2; time += 1)
      expect((await ask('admin', 'DELETE', '/api/clubs/north/logo')).status).toBe(204);
    expect((await clubOf('north'))?.logo).toBeNull();
    expect((await portal.call('GET', url)).status).toBe(404);
    const log = (await (await ask('super', 'GET', '/api/admin/audit?object=north')).json()) as {
      items: { action: string }[];
    };
    expect(log.items.slice(0, 2).map(({ action }) => action)).toEqual(['club.remove-logo', 'club.set-logo']);
  });

  it('goes with its club, and stays with another that has the same', async () => {
    const { url } = await set('north', BLUE);
    expect((await set('south', BLUE)).url).toBe(url);
    expect((await ask('super', 'DELETE', '/api/clubs/south')).status).toBe(204);
    expect((await portal.call('GET', url)).status).toBe(200);
    expect(await portal.app.services.db.selectFrom('club_logo').select('club_id').execute()).toEqual([
      { club_id: 'north' },
    ]);
  });

  it('is nothing that the nightly comparison of storage and library knows of', async () => {
    await set('north', BLUE);
    const report = await portal.app.services.storageSweep.run();
    expect(report.unknown).toEqual([]);
    expect(report.objects).toBe(0);
  });
});

describe('the picture', () => {
  it('is served as what it is, for good, to anybody who has its address', async () => {
    const { url } = await set('north', BLUE);
    const response = await portal.call('GET', url);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'image/png',
      'cache-control': 'public, max-age=31536000, immutable',
      'content-length': String(BLUE.length),
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
    });
    expect(Buffer.from(await response.arrayBuffer()).equals(BLUE)).toBe(true);
    const etag = response.headers.get('etag') ?? '';
    expect(etag).toBe(`"${url.split('/').at(-1) ?? ''}"`);
    const again = await portal.call('GET', url, { headers: { 'if-none-match': etag } });
    expect(again.status).toBe(304);
  });

  it('is what its bytes are, whatever it was called on its way', async () => {
    const { url } = await set('north', JPEG);
    expect((await portal.call('GET', url)).headers.get('content-type')).toBe('image/jpeg');
    const response = await put('admin', 'north', BLUE, 'image/svg+xml');
    expect(response.status).toBe(200);
    const { url: png } = (await response.json()) as ClubLogo;
    expect((await portal.call('GET', png)).headers.get('content-type')).toBe('image/png');
  });

  it.each([
    ['an SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 400, /PNG, JPEG or WebP/],
    ['a picture that is cut off', BLUE.subarray(0, -20), 400, /whole picture/],
    ['a picture that is too wide', createPng(2049, 1, [0, 0, 0, 0]), 400, /2048 pixels/],
    ['nothing', Buffer.alloc(0), 400, /PNG, JPEG or WebP/],
    ['too many bytes', Buffer.alloc(LOGO_MAX_BYTES + 1), 413, /250000 bytes/],
  ])(
    'is never %s: it is refused, the field named, and what was there stays',
    async (_, body, status, why) => {
      const before = await set('north', BLUE);
      const response = await put('admin', 'north', body);
      expect(response.status).toBe(status);
      const problem = (await response.json()) as { errors: { field: string; message: string }[] };
      expect(problem.errors).toEqual([{ field: 'logo', message: expect.stringMatching(why) as string }]);
      expect((await clubOf('north'))?.logo?.url).toBe(before.url);
    },
  );

  it.each(['0'.repeat(32), 'north', '..%2F..%2Fportal.db'])('is not found at %s', async (version) => {
    const response = await portal.call('GET', `/api/logos/${version}`);
    expect([400, 404]).toContain(response.status);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
  });
});
