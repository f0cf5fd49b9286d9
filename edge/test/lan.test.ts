import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLanApi, openLanServer } from '../src/lan/lan-api.ts';
import type { LanServer } from '../src/lan/lan-api.ts';
import type { MovieView } from '../src/recording/movie-view.ts';
import type { KnownMatch } from '../src/session/manager.ts';

const FINISHED = 'sess_club_c1_1700000001';
const RUNNING = 'sess_club_c2_1700000002';
const MOVIE = Buffer.from(
  Uint8Array.from({ length: 2_500_000 }, (_, index) => (index * 7 + (index >> 8)) & 0xff),
);
/** What was recorded in another codec. */
const SECOND = {
  totalBytes: 1_000,
  read: (offset: number, length: number) => Promise.resolve(MOVIE.subarray(offset, offset + length)),
};
const TOTAL = String(MOVIE.byteLength);
let server: LanServer;

beforeAll(async () => {
  const matches = new Map([
    [FINISHED, { ...describe(FINISHED, 'complete'), view: viewOf(FINISHED, true) }],
    [RUNNING, { ...describe(RUNNING, 'recording'), view: viewOf(RUNNING, false) }],
  ]);
  const sessions = {
    reports: () => [...matches.values()].map(({ report }) => report),
    find: (sessionId: string) => matches.get(sessionId),
  };
  server = await openLanServer(createLanApi({ sessions, health: () => ({ status: 'ok' }) }), 0);
});

afterAll(() => server.close());

function describe(sessionId: string, state: 'complete' | 'recording'): KnownMatch {
  return {
    ...{ report: { sessionId, courtId: 'c1', state }, view: undefined, hub: undefined, port: 8080 },
    findFurther: (number) => (number === 2 ? SECOND : undefined),
    clipSource: () => undefined,
  };
}

function viewOf(sessionId: string, isFinished: boolean): MovieView {
  const movie = { durationMs: 1, frames: 1, codec: 'avc1', width: 16, height: 16 };
  return {
    ...{ sessionId, payloadOffset: 100, grownTo: () => MOVIE.byteLength },
    finished: () => (isFinished ? { totalBytes: MOVIE.byteLength, movie } : undefined),
    read: (offset, length) => Promise.resolve(MOVIE.subarray(offset, offset + length)),
  };
}

interface Answer {
  status: number | undefined;
  headers: IncomingMessage['headers'];
  body: Buffer;
}

async function ask(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  const asked = request({ host: '127.0.0.1', port: server.port, path, method, headers });
  asked.end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  return { status: answer.statusCode, headers: answer.headers, body: Buffer.concat(chunks) };
}

const PATH = `/api/sessions/${FINISHED}/movie`;

test('a second movie beside it is served by its number, ranges too; there is no third', async () => {
  const { status, body } = await ask(`${PATH}/2`);
  expect(status).toBe(200);
  expect(body.equals(MOVIE.subarray(0, 1_000))).toBe(true);
  const part = await ask(`${PATH}/2`, { range: 'bytes=100-199' });
  expect([part.status, part.headers['content-range']]).toEqual([206, 'bytes 100-199/1000']);
  expect(part.body.equals(MOVIE.subarray(100, 200))).toBe(true);
  for (const number of ['3', '1', '0', 'x']) expect((await ask(`${PATH}/${number}`)).status).toBe(404);
});

test('the whole movie is the view, byte for byte', async () => {
  const { status, headers, body } = await ask(PATH);
  expect(status).toBe(200);
  expect(headers).toMatchObject({
    'content-type': 'video/mp4',
    'accept-ranges': 'bytes',
    'content-length': TOTAL,
  });
  expect(body.equals(MOVIE)).toBe(true);
});

test.each([
  ['bytes=0-0', 0, 1],
  ['bytes=100-1100000', 100, 1_100_001],
  ['bytes=2499999-', 2_499_999, 2_500_000],
  ['bytes=2400000-9999999', 2_400_000, 2_500_000],
  ['bytes=-16', 2_499_984, 2_500_000],
])('the range %s is that part of it', async (range, from, to) => {
  const { status, headers, body } = await ask(PATH, { range });
  expect(status).toBe(206);
  expect(headers['content-range']).toBe(`bytes ${String(from)}-${String(to - 1)}/${TOTAL}`);
  expect(body.equals(MOVIE.subarray(from, to))).toBe(true);
});

test('a range behind the end is 416 and names the size', async () => {
  const { status, headers } = await ask(PATH, { range: `bytes=${TOTAL}-` });
  expect({ status, range: headers['content-range'] }).toEqual({ status: 416, range: `bytes */${TOTAL}` });
});

test('a range of another version is answered with the whole, of this version with the part', async () => {
  const { headers } = await ask(PATH, {}, 'HEAD');
  const part = await ask(PATH, { range: 'bytes=0-9', 'if-range': String(headers.etag) });
  const whole = await ask(PATH, { range: 'bytes=0-9', 'if-range': '"older"' });
  expect([part.status, whole.status]).toEqual([206, 200]);
});

test('HEAD tells size and type and sends nothing', async () => {
  const { status, headers, body } = await ask(PATH, {}, 'HEAD');
  expect({ status, length: headers['content-length'], bytes: body.byteLength }).toEqual({
    ...{ status: 200, length: TOTAL, bytes: 0 },
  });
});

test.each([
  ['a movie that is still being recorded', `/api/sessions/${RUNNING}/movie`, 409],
  ['a session of another device', '/api/sessions/sess_club_c9_1700000009/movie', 404],
  ['an id that is no id', '/api/sessions/..%2F..%2Fedge.db/movie', 400],
  ['another address', '/api/nothing', 404],
])('%s is refused with a problem document', async (_what, path, status) => {
  const answer = await ask(path);
  expect(answer.status).toBe(status);
  expect(answer.headers['content-type']).toContain('application/problem+json');
});

test.each(['padelvar.example', '127.0.0.1.example', '192.168.1.9'])(
  'the host %s is none of ours',
  async (host) => {
    for (const path of [PATH, '/api/health', '/api/nothing'])
      expect((await ask(path, { host })).status).toBe(403);
  },
);

test('sessions are told with their proxy while they are open', async () => {
  const read = async (sessionId: string): Promise<unknown> =>
    JSON.parse((await ask(`/api/sessions/${sessionId}`)).body.toString());
  expect(await read(RUNNING)).toMatchObject({ state: 'recording', proxy: 'http://127.0.0.1:8080/' });
  expect(await read(FINISHED)).toMatchObject({ state: 'complete', proxy: null });
});

test('a taken port is an error that names the setting', async () => {
  const app = createLanApi({ sessions: { reports: () => [], find: () => undefined }, health: () => ({}) });
  await expect(openLanServer(app, server.port)).rejects.toMatchObject({
    kind: 'conflict',
    message: expect.stringContaining('PADELVAR_LAN_PORT') as string,
  });
});
