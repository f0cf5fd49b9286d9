import { generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { writeFile, mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { INDEX_LAST_ROOM_BYTES } from '@padelvar/shared/mp4/movie-header';
import { WATCH_LINK_SECONDS, watchMessage, watchPath } from '@padelvar/shared/watch-link';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { createLanApi, openLanServer } from '../src/lan/lan-api.ts';
import type { LanServer } from '../src/lan/lan-api.ts';
import { createWatchTokens } from '../src/link/watch-tokens.ts';
import { clipFinished, clipRunning } from '../src/recording/clip-source.ts';
import type { KnownMatch } from '../src/session/manager.ts';
import { createManualClock } from './support/manual-clock.ts';
import { LEFT_SESSION, leaveRecording } from './support/left-recording.ts';
import type { Left } from './support/left-recording.ts';
import { decodeComplaints } from './support/match-lab.ts';
import { askFfprobe } from './support/movie-checkers.ts';

const DEVICE = 'dev_0123456789abcdef';
const H264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-bf', '0'];
const keys = generateKeyPairSync('ed25519');
/** An address of this machine on a network, where it has one. */
const lanAddress = Object.values(networkInterfaces())
  .flatMap((list) => list ?? [])
  .find(({ internal, family }) => !internal && family === 'IPv4')?.address;
let folder: string;
let left: Left;
/** The same match as an object whose index goes last. */
let indexLast: Left;
let server: LanServer;
let clock: ReturnType<typeof createManualClock>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'padelvar-watch-'));
  const leave = (name: string, headerRoomBytes: number): Promise<Left> =>
    leaveRecording({ dataDir: join(folder, name), encoder: H264, headerRoomBytes, parts: 2, frames: 100 });
  left = await leave('first', 65_536);
  indexLast = await leave('last', INDEX_LAST_ROOM_BYTES);
});
beforeEach(async () => {
  clock = createManualClock();
  const key = keys.publicKey.export({ format: 'jwk' }).x;
  const tokens = createWatchTokens({ deviceId: DEVICE, key: () => key, nowMs: () => clock.nowMs() });
  const find = (sessionId: string): KnownMatch | undefined =>
    sessionId === LEFT_SESSION ? describeLeft() : undefined;
  const api = createLanApi({
    sessions: { reports: () => [], find },
    ...{ health: () => ({ status: 'ok' }), hosts: () => [lanAddress ?? '', 'recorder.local'] },
    watch: {
      clock,
      admit: (token, sessionId) => tokens.admit(token, sessionId),
      portalOrigin: 'https://portal.example',
    },
  });
  server = await openLanServer(api, 0, '0.0.0.0');
  return () => server.close();
});
afterAll(async () => {
  await left.close();
  await indexLast.close();
  await rm(folder, { recursive: true, force: true });
});

function describeLeft(): KnownMatch {
  const { view, movie } = left.recording;
  const state = movie === undefined ? ('recording' as const) : ('complete' as const);
  return {
    ...{ report: { sessionId: LEFT_SESSION, courtId: 'c1', state }, view, hub: undefined, port: undefined },
    findFurther: () => undefined,
    clipSource: () =>
      movie === undefined ? Promise.resolve(clipRunning(view, left.recording.tracks())) : clipFinished(view),
  };
}

function linkToken(sessionId = LEFT_SESSION, fileName?: string): string {
  const claims = {
    deviceId: DEVICE,
    sessionId,
    fileName,
    expiresAt: clock.nowMs() + WATCH_LINK_SECONDS * 1000,
  };
  const text = Buffer.from(JSON.stringify(claims)).toString('base64url');
  return `${text}.${sign(null, Buffer.from(watchMessage(text)), keys.privateKey).toString('base64url')}`;
}

interface Answer {
  status: number;
  headers: IncomingMessage['headers'];
  body: Buffer;
}

async function ask(path: string, headers: Record<string, string> = {}, host = '127.0.0.1'): Promise<Answer> {
  const asked = request({ host, port: server.port, path, headers });
  asked.end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  const pieces: Buffer[] = [];
  for await (const piece of answer) pieces.push(piece as Buffer);
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(pieces) };
}

/** Not on this device. */
const OTHER = 'sess_club_c1_1700000001';
const PATH = watchPath(LEFT_SESSION);
const MOVIE = `${PATH}/movie.mp4`;

/** Opens the page by a link; answers it and the cookie that it gave. */
async function visit(): Promise<{ page: string; cookie: string; headers: IncomingMessage['headers'] }> {
  const { status, headers, body } = await ask(`${PATH}?token=${linkToken()}`);
  expect(status).toBe(200);
  return { page: body.toString(), cookie: headers['set-cookie']?.[0]?.split(';')[0] ?? '', headers };
}

test('a match that runs is watched from its beginning up to now, with ranges', async () => {
  const { page, cookie } = await visit();
  const source = /src="([^"]+)"/.exec(page)?.[1] ?? '';
  expect(source).toMatch(/running\.mp4\?until=\d+$/);
  const path = `/watch/${source}`;
  const whole = await ask(path, { cookie });
  expect(whole.status).toBe(200);
  const part = await ask(path, { cookie, range: 'bytes=1000-1999' });
  expect(part.status).toBe(206);
  expect(part.body.equals(whole.body.subarray(1000, 2000))).toBe(true);
  const file = join(folder, 'running.mp4');
  await writeFile(file, whole.body);
  expect(await decodeComplaints(file)).toBe('');
  expect((await askFfprobe(file)).frames).toBe(200);
  expect((await ask(MOVIE, { cookie })).status).toBe(409);
  expect((await ask(`${PATH}/running.mp4?until=x`, { cookie })).status).toBe(400);
});

test.each([
  ['first', () => left],
  ['last', () => indexLast],
])(
  'a finished match is watched and downloaded as the bytes and ranges that the library will have, its index %s',
  async (_where, which) => {
    const shown = left;
    left = which();
    onTestFinished(() => void (left = shown));
    if (left.recording.movie === undefined) await left.recording.finalise();
    const { view } = left.recording;
    const object = await view.read(0, view.finished()?.totalBytes ?? 0);
    const { page, cookie } = await visit();
    expect(page).toContain(`src="${LEFT_SESSION}/movie.mp4"`);
    const whole = await ask(`${MOVIE}?download=1`, { cookie });
    expect(whole.body.equals(object)).toBe(true);
    // Over the borders of header, payload and index, and from the end.
    const payloadEnd = object.length - (view.finished()?.indexBytes ?? 0);
    for (const [range, start, end] of [
      ['bytes=0-0', 0, 1],
      [
        `bytes=${String(view.payloadOffset - 9)}-${String(view.payloadOffset + 9)}`,
        view.payloadOffset - 9,
        view.payloadOffset + 10,
      ],
      [`bytes=${String(payloadEnd - 9)}-`, payloadEnd - 9, object.length],
      ['bytes=-100', object.length - 100, object.length],
    ] as const) {
      const part = await ask(MOVIE, { cookie, range });
      expect(part.status).toBe(206);
      expect(part.headers['content-range']).toBe(
        `bytes ${String(start)}-${String(end - 1)}/${String(object.length)}`,
      );
      expect(part.body.equals(object.subarray(start, end))).toBe(true);
    }
    expect((await ask(MOVIE, { cookie, range: `bytes=${String(object.length)}-` })).status).toBe(416);
  },
);

test('a movie is saved under the name that its link says, also by a browser that came in by it before', async () => {
  if (left.recording.movie === undefined) await left.recording.finalise();
  const nameOf = ({ headers }: Answer): string | undefined => headers['content-disposition'];
  const named = linkToken(LEFT_SESSION, 'Pádel Lyon - Court 1 - 2026-06-02 00h05.mp4');
  const expected =
    'attachment; filename="Padel Lyon - Court 1 - 2026-06-02 00h05.mp4"; ' +
    "filename*=UTF-8''P%C3%A1del%20Lyon%20-%20Court%201%20-%202026-06-02%2000h05.mp4";
  const { status, headers } = await ask(`${PATH}?token=${named}`);
  expect(status).toBe(200);
  const cookie = headers['set-cookie']?.[0]?.split(';')[0] ?? '';
  expect(nameOf(await ask(`${MOVIE}?download=1`, { cookie }))).toBe(expected);
  expect(nameOf(await ask(MOVIE, { cookie }))).toBeUndefined();
  expect(nameOf(await ask(`${MOVIE}?download=1&token=${named}`))).toBe(expected);
  // A portal that says no name, and one whose names are no good as a header.
  const [unnamed, unruly] = [linkToken(), linkToken(LEFT_SESSION, 'a"\r\nSet-Cookie: x=1/../b.mp4')];
  expect(nameOf(await ask(`${MOVIE}?download=1&token=${unnamed}`))).toContain(
    `filename="${LEFT_SESSION}.mp4"`,
  );
  const cleaned = await ask(`${MOVIE}?download=1&token=${unruly}`);
  expect(nameOf(cleaned)).toContain('filename="a Set-Cookie x=1 .. b.mp4"');
  expect(cleaned.headers['set-cookie']).toHaveLength(1);
});

test('a link is good for 15 minutes; who came by it in time may watch to the end', async () => {
  const token = linkToken();
  expect((await ask(`${MOVIE}?token=${token}`)).status).toBe(200);
  const { cookie } = await visit();
  await clock.advance(WATCH_LINK_SECONDS * 1000);
  expect((await ask(`${MOVIE}?token=${token}`)).status).toBe(401);
  expect((await ask(MOVIE, { cookie })).status).toBe(200);
  await clock.advance(6 * 3_600_000);
  expect((await ask(MOVIE, { cookie })).status).toBe(401);
});

test('nobody comes in without a link, and by one for another match no more', async () => {
  for (const path of [PATH, MOVIE, `${PATH}/running.mp4?until=1000`, `${PATH}?token=${linkToken(OTHER)}`]) {
    const { status, headers } = await ask(path);
    expect(status).toBe(401);
    expect(headers['content-type']).toContain('application/problem+json');
  }
  const { cookie } = await visit();
  expect((await ask(watchPath(OTHER), { cookie })).status).toBe(401);
  expect((await ask(`${watchPath(OTHER)}?token=${linkToken(OTHER)}`)).status).toBe(404);
});

test.each([
  { what: 'an old link', status: 401, title: 'This link is over', waitMs: WATCH_LINK_SECONDS * 1000 },
  { what: 'a link for another match', status: 401, title: 'This link is over', ofSession: OTHER },
  {
    ...{ what: 'a match that is gone', status: 404, title: 'This match is not here any more' },
    ...{ ofSession: OTHER, asked: OTHER },
  },
] as { what: string; status: number; title: string; waitMs?: number; ofSession?: string; asked?: string }[])(
  'a browser that comes by $what is told what to do',
  async ({ status, title, waitMs = 0, ofSession = LEFT_SESSION, asked = LEFT_SESSION }) => {
    const token = linkToken(ofSession);
    await clock.advance(waitMs);
    const answer = await ask(`${watchPath(asked)}?token=${token}`, { accept: 'text/html,*/*;q=0.8' });
    expect(answer.status).toBe(status);
    expect(answer.headers['content-security-policy']).toContain("default-src 'none'");
    expect(answer.body.toString()).toContain(`<h1>${title}</h1>`);
    expect(answer.body.toString()).toContain(`href="https://portal.example/match/${asked}"`);
  },
);

test('an address that is no match’s is refused without being written down again', async () => {
  const { status, body } = await ask('/watch/%22%3E%3Cscript%3E', {
    ...{ accept: 'text/html', 'accept-language': 'fr' },
  });
  expect(status).toBe(400);
  expect(body.toString()).toContain('Ce lien a expiré');
  expect(body.toString()).toContain('href="https://portal.example/"');
  expect(body.toString()).not.toContain('script');
});

test('the page tells nobody where it was come from, and runs nothing but its own', async () => {
  const { headers, page } = await visit();
  expect(headers['referrer-policy']).toBe('no-referrer');
  expect(headers['content-security-policy']).toMatch(
    /^default-src 'none'; media-src 'self'; style-src 'nonce-/,
  );
  expect(headers['set-cookie']?.[0]).toMatch(/HttpOnly; SameSite=Strict$/);
  expect(page).not.toContain('token');
});

test.each([
  ['fr-CH, fr;q=0.9', 'lang="fr"', 'Votre match'],
  ['es', 'lang="es"', 'Tu partido'],
  ['de-DE', 'lang="en"', 'Your match'],
])('who reads %s gets %s', async (accepted, ...expected) => {
  const { body } = await ask(`${PATH}?token=${linkToken()}`, { 'accept-language': accepted });
  for (const text of expected) expect(body.toString()).toContain(text);
});

test.each(['evil.example', '192.0.2.7', `127.0.0.1.evil.example`])(
  'the host %s is none of ours',
  async (host) => {
    expect((await ask(`${PATH}?token=${linkToken()}`, { host })).status).toBe(403);
  },
);

test('by its own names it answers, and from the network with nothing but matches by link', async () => {
  const asNamed = { host: 'recorder.local:5080' };
  expect((await ask(`${PATH}?token=${linkToken()}`, asNamed)).status).toBe(200);
  expect((await ask('/api/health', asNamed)).status).toBe(200);
  if (lanAddress === undefined) return;
  expect((await ask(`${PATH}?token=${linkToken()}`, {}, lanAddress)).status).toBe(200);
  for (const path of ['/api/health', '/api/sessions', `/api/sessions/${LEFT_SESSION}/movie`])
    expect((await ask(path, {}, lanAddress)).status).toBe(403);
});
