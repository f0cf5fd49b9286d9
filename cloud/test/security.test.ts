/** What every page and answer says to a browser, and what none of them says to a stranger. Behind HTTPS, as it is run. */
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN, startBuiltPortal, type BuiltPortal } from './support/built-portal.ts';

const ORIGIN = 'https://portal.test';
const ROUTES = join(import.meta.dirname, '../src/routes');
/** What stands for a parameter: an id of nothing that there is. */
const NOWHERE = 'nowhere';

/** The address of each page. */
const PAGES = readdirSync(ROUTES, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('+page.svelte'))
  .map((name) => `/${name.slice(0, -'+page.svelte'.length)}`)
  .map((path) => path.replaceAll(/\([^)]*\)\//g, '').replaceAll(/\[[^\]]*\]/g, NOWHERE))
  .map((path) => (path === '/' ? path : path.slice(0, -1)));

let portal: BuiltPortal;
let cookie: string;
/** The whole line that set it. */
let loginCookie: string;
beforeAll(async () => {
  portal = await startBuiltPortal({ PADELVAR_ORIGIN: ORIGIN });
  const answer = await send('POST', '/api/auth/login', {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(ADMIN),
  });
  [loginCookie = ''] = answer.headers['set-cookie'] ?? [];
  cookie = loginCookie.split(';')[0] ?? '';
});
afterAll(async () => {
  portal.process.kill('SIGKILL');
  await portal.ended;
});

interface Sent {
  headers?: Record<string, string>;
  body?: string | Buffer;
}

async function send(method: string, path: string, { headers = {}, body }: Sent = {}) {
  const sent = request({ host: '127.0.0.1', port: portal.port, method, path, headers, agent: false });
  sent.on('error', () => undefined);
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return { status: response.statusCode ?? 0, headers: response.headers, body: await text(response) };
}

/** The answer to a body that is not wanted: where the server closes on the rest of it, TCP may take the answer along (RFC 9112, 9.6). */
async function sendUnwanted(path: string, sent: Sent): ReturnType<typeof send> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await send('POST', path, sent);
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (attempt === MOST_RESETS || !['EPIPE', 'ECONNRESET'].includes(code)) throw error;
    }
  }
}
const MOST_RESETS = 5;

const EVERYWHERE = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
  'strict-transport-security': 'max-age=31536000',
};

/** What a program says of itself where it fails: a line of its stack, or a path of this machine. */
const GIVES_AWAY = /\n\s+at .+:\d+|node_modules|\/cloud\/(?:src|build)\/|SqliteError|SELECT /i;

function expectPolicy(policy: string | undefined): void {
  const directives = new Map(
    (policy ?? '').split(';').map((directive) => {
      const [name = '', ...sources] = directive.trim().split(' ');
      return [name, sources.join(' ')];
    }),
  );
  expect(directives.get('default-src')).toBe("'self'");
  expect(directives.get('script-src')).toMatch(/^'self' 'nonce-[^']+'$/);
  expect(directives.get('frame-ancestors')).toBe("'none'");
  expect(directives.get('object-src')).toBe("'none'");
  expect(directives.get('base-uri')).toBe("'self'");
  expect(directives.get('form-action')).toBe("'self'");
  expect(policy).not.toMatch(/unsafe-inline|unsafe-eval|\*/);
}

describe.each([
  ['a stranger', () => ({})],
  ['an administrator', () => ({ headers: { cookie } })],
])('to %s every page', (_who, as: () => Sent) => {
  it.each([...PAGES, '/no/such/page', '/c/%E0%A4%A'])('%s comes with its headers', async (path) => {
    const { status, headers, body } = await send('GET', path, as());
    expect(status).not.toBe(500);
    expect(headers).toMatchObject(EVERYWHERE);
    if (String(headers['content-type']).startsWith('text/html') && body.includes('<script'))
      expectPolicy(String(headers['content-security-policy']));
    expect(body).not.toMatch(GIVES_AWAY);
  });
});

describe('the API', () => {
  it.each(['/api/auth/me', '/api/openapi.json', '/api/no/such/route', '/api/video/files/list?limit=x'])(
    'answers %s with the headers, framed nowhere and loading nothing',
    async (path) => {
      const { headers, body } = await send('GET', path, { headers: { cookie } });
      expect(headers).toMatchObject(EVERYWHERE);
      expect(headers['content-security-policy']).toBe("default-src 'none'; frame-ancestors 'none'");
      expect(headers['cache-control']).toBe('no-store');
      expect(body).not.toMatch(GIVES_AWAY);
    },
  );

  it.each([
    ['no JSON', '{"email":', 400],
    ['something else', '[]', 400],
    ['a deep one', `${'['.repeat(50_000)}${']'.repeat(50_000)}`, 400],
  ])('refuses a body that is %s without a word of its own code', async (_what, body, status) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await send('POST', '/api/auth/login', { headers, body });
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.body).not.toMatch(GIVES_AWAY);
  });

  it('takes no more than 1 MiB of JSON, and nobody’s 6 MiB whether their length is said or not', async () => {
    const json = { 'content-type': 'application/json' };
    const large = Buffer.alloc(1024 * 1024 + 1, 0x20);
    const refusal = async (path: string, sent: Sent): Promise<number> =>
      (await sendUnwanted(path, sent)).status;
    expect(await refusal('/api/auth/login', { headers: json, body: large })).toBe(413);
    const chunked = { ...json, 'transfer-encoding': 'chunked' };
    const huge = Buffer.alloc(7 * 1024 * 1024, 0x20);
    expect(await refusal('/api/auth/login', { headers: chunked, body: huge })).toBe(413);
    expect(await refusal('/login', { headers: chunked, body: huge })).toBeGreaterThanOrEqual(400);
  });
});

describe('the cookies of a court’s visitor', () => {
  const json = { 'content-type': 'application/json', origin: ORIGIN };
  const asAdmin = async (method: string, path: string, body?: object): Promise<unknown> => {
    const text = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await send(method, path, { headers: { ...json, cookie }, ...text });
    expect(answer.status, `${path}: ${answer.body}`).toBeLessThan(300);
    return JSON.parse(answer.body);
  };
  let code: string;
  beforeAll(async () => {
    await asAdmin('POST', '/api/clubs', { clubId: 'alpha', name: 'Alpha', timeZone: 'Europe/Paris' });
    await asAdmin('PATCH', '/api/clubs/alpha', { guestsAllowed: true });
    await asAdmin('POST', '/api/clubs/alpha/courts', { courtId: 'one', name: 'One' });
    ({ code } = (await asAdmin('GET', '/api/courts/one/code')) as { code: string });
  });

  it.each([
    ['a guest’s', 'open', undefined, /^padelvar\.guest=[\w-]{43};/, 'Lax'],
    [
      'an objector’s',
      'objections',
      { date: new Date().toISOString().slice(0, 10), time: '00:00' },
      /^padelvar\.objection=[\w-]{32};/,
      'Strict',
    ],
  ])('%s goes over HTTPS only, to no script and with no other site’s request', async (...row) => {
    const [, what, body, name, sameSite] = row;
    const text = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await send('POST', `/api/codes/${code}/${what}`, { headers: json, ...text });
    const [line = ''] = answer.headers['set-cookie'] ?? [];
    expect(line, answer.body).toMatch(name);
    expect(line.split('; ')).toEqual(expect.arrayContaining(['Secure', 'HttpOnly', `SameSite=${sameSite}`]));
  });

  it('a login’s does so too', () => {
    expect(loginCookie.split('; ')).toEqual(expect.arrayContaining(['Secure', 'HttpOnly', 'SameSite=Lax']));
  });
});
