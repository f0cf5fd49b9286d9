/** The typed client as a program uses it: nothing but a `fetch` and a token. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createApi, type Api } from '../src/lib/client/api.ts';
import { makeAccount } from '../src/lib/client/make-account.ts';
import { openTestPortal, type TestPortal } from './support/portal.ts';
import { serveFetch, type TestServer } from './support/serve.ts';
import { storeMovie } from './support/stored-movie.ts';
import { createWorld, MOVIE_SESSION, OPEN_SESSION, type World } from './support/world.ts';

const MOVIE = Buffer.from(Array.from({ length: 5000 }, (_, index) => index % 251));
let portal: TestPortal;
let server: TestServer;
let world: World;
beforeAll(async () => {
  portal = await openTestPortal();
  world = await createWorld(portal.app.services);
  const { db } = portal.app.services;
  const key = 'clubs/north/movie.mp4';
  await storeMovie(portal.app.services, key, MOVIE);
  const stored = { object_key: key, movie_bytes: MOVIE.length };
  await db.updateTable('match_session').set(stored).where('id', '=', MOVIE_SESSION).execute();
  server = await serveFetch((request) => portal.app.fetch(request, { clientAddress: '127.0.0.1' }));
});
afterAll(async () => {
  await server.close();
  await portal.close();
});

function clientOf(who?: keyof World['tokens']): Api {
  return createApi((address, init) => {
    const headers = new Headers(init?.headers);
    if (who !== undefined) headers.set('authorization', `Bearer ${world.tokens[who]}`);
    return fetch(new URL(address as string, server.origin), { ...init, headers });
  });
}

it('tells the portal’s health to anybody', async () => {
  expect(await clientOf().checkHealth()).toMatchObject({ status: 'ok' });
});

it('makes an account and logs in to it, and to one whose log-in was lost on the line', async () => {
  const account = {
    email: 'nina@example.test',
    name: 'Nina',
    password: 'my first match',
    locale: 'en',
  } as const;
  const cut = createApi((address, init) =>
    (address as string).endsWith('/login')
      ? Promise.reject(new TypeError('no line'))
      : fetch(new URL(address as string, server.origin), init),
  );
  await expect(makeAccount(cut, account)).rejects.toMatchObject({ kind: 'unreachable' });
  await expect(makeAccount(cut, account)).rejects.toMatchObject({ kind: 'unreachable' });
  await makeAccount(clientOf(), account);
  const other = { ...account, password: 'somebody else’s' };
  await expect(makeAccount(clientOf(), other)).rejects.toMatchObject({ kind: 'conflict' });
});

it('lists a player’s videos, and the state of a recording', async () => {
  const owner = clientOf('owner');
  const { items } = await owner.listVideos({ clubId: 'north' });
  expect(items.map(({ sessionId }) => sessionId)).toEqual([MOVIE_SESSION]);
  expect(await owner.getRecordingStatus(OPEN_SESSION)).toMatchObject({ sessionId: OPEN_SESSION });
});

it('downloads a movie whole, or a piece of it', async () => {
  const owner = clientOf('owner');
  const whole = await owner.downloadVideo(MOVIE_SESSION);
  expect(whole.headers.get('content-disposition')).toMatch(/^attachment;/);
  expect(Buffer.from(await whole.arrayBuffer()).equals(MOVIE)).toBe(true);
  const piece = await owner.downloadVideo(MOVIE_SESSION, { range: 'bytes=100-199' });
  expect(piece.status).toBe(206);
  expect(Buffer.from(await piece.arrayBuffer()).equals(MOVIE.subarray(100, 200))).toBe(true);
  const beyond = owner.downloadVideo(MOVIE_SESSION, { range: 'bytes=5000-' });
  await expect(beyond).rejects.toMatchObject({ status: 416 });
});

it('fails with the kind and the status of the refusal', async () => {
  await expect(clientOf('member').downloadVideo(MOVIE_SESSION)).rejects.toMatchObject({
    ...{ name: 'ApiError', kind: 'forbidden', status: 403 },
  });
  await expect(clientOf().createSession('n3')).rejects.toMatchObject({ kind: 'unauthenticated' });
  for (const ask of ['startRecording', 'stopRecording'] as const)
    await expect(clientOf('foreigner')[ask](OPEN_SESSION)).rejects.toMatchObject({ status: 404 });
});

it('gives addresses of the live picture that are the portal’s', async () => {
  const { getStreamUrl, getSnapshotUrl } = clientOf();
  for (const address of [getStreamUrl(OPEN_SESSION), getSnapshotUrl(OPEN_SESSION)]) {
    const response = await fetch(new URL(address, server.origin));
    expect(response.status).toBe(401);
  }
});
