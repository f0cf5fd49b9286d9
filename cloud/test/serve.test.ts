/** The portal as it is built and served: what only shows behind the real HTTP server. */
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createPng } from './support/logo.ts';
import { ADMIN, startBuiltPortal, type BuiltPortal } from './support/built-portal.ts';

const ORIGIN = 'http://portal.test';
let portal: BuiltPortal;
beforeAll(async () => {
  portal = await startBuiltPortal({ PADELVAR_ORIGIN: ORIGIN });
});
afterAll(async () => {
  portal.process.kill('SIGKILL');
  await portal.ended;
});

/** A request with exactly these headers, `Host` included. */
async function send(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: string | Buffer,
): Promise<{ status: number; headers: IncomingMessage['headers']; body: string }> {
  const sent = request({ host: '127.0.0.1', port: portal.port, method, path, headers, agent: false });
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return { status: response.statusCode ?? 0, headers: response.headers, body: await text(response) };
}
const logIn = (headers: Record<string, string> = {}) =>
  send('POST', '/api/auth/login', { 'content-type': 'application/json', ...headers }, JSON.stringify(ADMIN));

describe('the served portal', () => {
  it('logs in, and shows pages to those who have only', async () => {
    const [cookie = ''] = (await logIn()).headers['set-cookie'] ?? [];
    expect(cookie).toMatch(/^padelvar\.session_token=.*HttpOnly; SameSite=Lax$/);
    const stranger = await send('GET', '/');
    expect(stranger).toMatchObject({ status: 303, headers: { location: '/login' } });
    const page = await send('GET', '/', { cookie: cookie.split(';')[0] ?? '' });
    expect(page.status).toBe(200);
  });

  it.each(['/login', '/api/auth/me', '/', '/nowhere'])(
    'answers %s with the security headers',
    async (path) => {
      const { headers } = await send('GET', path);
      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY' });
    },
  );

  it('gives a club’s logo to anybody, as a picture and nothing else', async () => {
    const [line = ''] = (await logIn()).headers['set-cookie'] ?? [];
    const own = { cookie: line.split(';')[0] ?? '', origin: ORIGIN };
    const club = JSON.stringify({ clubId: 'north', name: 'Club north' });
    await send('POST', '/api/clubs', { ...own, 'content-type': 'application/json' }, club);
    const png = createPng(30, 10, [11, 63, 168, 255]);
    const set = await send('PUT', '/api/clubs/north/logo', { ...own, 'content-type': 'image/png' }, png);
    expect(set.status).toBe(200);
    const { url } = JSON.parse(set.body) as { url: string };
    const { status, headers } = await send('GET', url);
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      ...{ 'content-type': 'image/png', 'content-length': String(png.length) },
      ...{ 'x-content-type-options': 'nosniff', 'cache-control': 'public, max-age=31536000, immutable' },
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
    });
    const forged = await send('PUT', '/api/clubs/north/logo', { ...own, origin: 'http://evil.test' }, png);
    expect(forged.status).toBe(403);
  });

  it('is where its setting says, whatever Host and forwarding headers say', async () => {
    const forged = {
      host: 'evil.test',
      'x-forwarded-host': 'evil.test',
      'x-padelvar-origin-host': 'evil.test',
      'x-padelvar-origin-protocol': 'https',
    };
    const page = await send('GET', '/login', forged);
    expect(page.status).toBe(200);
    expect(page.body).not.toContain('evil.test');
    expect(page.headers).not.toHaveProperty('strict-transport-security');
    const [cookie = ''] = (await logIn()).headers['set-cookie'] ?? [];
    const own = cookie.split(';')[0] ?? '';
    const logOut = (origin: string) => send('POST', '/api/auth/logout', { ...forged, cookie: own, origin });
    expect((await logOut('http://evil.test')).status).toBe(403);
    expect((await logOut(ORIGIN)).status).toBe(204);
  });

  it('lets bytes without an Origin through to the API, as devices send them', async () => {
    const put = await send('PUT', '/api/store/x', { 'content-type': 'application/octet-stream' }, 'bytes');
    expect(put.headers['content-type']).toBe('application/problem+json');
    const bare = await send('POST', '/api/edge/reported');
    expect(bare).toMatchObject({ status: 401, headers: { 'content-type': 'application/problem+json' } });
  });

  it('refuses more JSON than anybody needs', async () => {
    const body = Buffer.alloc(2 * 1024 * 1024, 'x');
    const headers = {
      ...{ 'content-type': 'application/json', 'content-length': String(body.length) },
      // Where the connection is to end with the answer, it may end under what is still sent.
      connection: 'keep-alive',
    };
    expect((await send('POST', '/api/auth/login', headers, body)).status).toBe(413);
  });

  it('lets no other upgrade in than MQTT', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${portal.port}/other`);
    const [error] = (await once(socket, 'error')) as [Error];
    expect(error.message).toMatch('404');
  });
});

describe('the end', () => {
  it('comes soon at SIGTERM, though WebSockets are open', async () => {
    const own = await startBuiltPortal();
    const socket = new WebSocket(`ws://127.0.0.1:${own.port}/mqtt`, 'mqtt');
    await once(socket, 'open');
    const closed = once(socket, 'close');
    own.process.kill('SIGTERM');
    await closed;
    expect(await own.ended).toBe(0);
  });
});

describe('who waits for an answer at SIGTERM', () => {
  it('gets it', async () => {
    const own = await startBuiltPortal();
    const body = JSON.stringify(ADMIN);
    const headers = { 'content-type': 'application/json', 'content-length': body.length };
    const path = '/api/auth/login';
    const sent = request({ host: '127.0.0.1', port: own.port, method: 'POST', path, headers });
    sent.write(body.slice(0, 5));
    await expect.poll(() => health(own)).toBe(200);
    own.process.kill('SIGTERM');
    await expect.poll(() => health(own)).toBe('ECONNREFUSED');
    sent.end(body.slice(5));
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    response.resume();
    expect(response.statusCode).toBe(200);
    expect(await own.ended).toBe(0);
  });

  const health = (own: BuiltPortal): Promise<unknown> =>
    fetch(`http://127.0.0.1:${own.port}/api/video/health`).then(
      ({ status }) => status,
      (error: unknown) => ((error as Error).cause as NodeJS.ErrnoException).code,
    );
});

describe('a start that can’t be', () => {
  const message = async (settings: Record<string, string>) => {
    const refused = await startBuiltPortal(settings);
    expect(await refused.ended).toBe(1);
    return refused.output();
  };

  it('for a taken port names the setting', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    const { port } = blocker.address() as AddressInfo;
    expect(await message({ PORT: String(port) })).toMatch(`port ${port} on 127.0.0.1 is taken: set PORT`);
    blocker.close();
  });

  it('for a wrong or a taken folder says so in one line', async () => {
    expect(await message({ PADELVAR_ORIGIN: 'portal' })).toMatch('setting PADELVAR_ORIGIN: expected');
    expect(await message({ PADELVAR_DATA_DIR: portal.dataDir })).toMatch('another portal is using');
  });
});
