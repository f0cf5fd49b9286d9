import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../edge/src/base/clock.ts';
import { silentLogger } from '../../edge/src/base/log.ts';
import { createPreviewPusher } from '../../edge/src/link/preview-pusher.ts';
import { createFrameHub } from '../../edge/src/proxy/frame-hub.ts';
import type { FrameHub } from '../../edge/src/proxy/frame-hub.ts';
import { createManualClock } from '../../edge/test/support/manual-clock.ts';
import { readJpeg } from '../src/lib/server/previews/jpeg-upload.ts';
import { RECHECK_MS } from '../src/lib/server/previews/watched-rights.ts';
import { openTestDelivery } from './support/delivery.ts';
import type { TestDelivery } from './support/delivery.ts';
import { createManualClock as createPortalClock } from './support/manual-clock.ts';
import { openTestPortal } from './support/portal.ts';
import { seedClub, seedDevice, seedSession, seedUser } from './support/seed.ts';

let delivery: TestDelivery;
beforeAll(async () => {
  delivery = await openTestDelivery();
});
afterAll(() => delivery.close());
const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

const jpeg = (number: number, bytes = 1000): Buffer =>
  Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, number]), Buffer.alloc(bytes - 4)]);
const previews = () => delivery.portal.app.services.previews;
const get = (path: string, signal?: AbortSignal): Promise<Response> =>
  fetch(`${delivery.origin}/api/preview/${path}`, {
    headers: { authorization: `Bearer ${delivery.owner.token}` },
    ...(signal === undefined ? {} : { signal }),
  });
const push = (sessionId: string, body: Uint8Array): Promise<unknown> =>
  delivery.client
    .request(`/api/edge/preview/${sessionId}`, { method: 'POST', body, headers: { 'x-frame-age-ms': '100' } })
    .then((answer) => answer.json());

/** A session whose camera is open. */
async function openSession(): Promise<string> {
  const sessionId = await delivery.addSession();
  const { db } = delivery.portal.app.services;
  await db.updateTable('match_session').set({ state: 'complete' }).where('state', '=', 'created').execute();
  await db
    .updateTable('match_session')
    .set({ state: 'created', movie_state: 'none' })
    .where('id', '=', sessionId)
    .execute();
  return sessionId;
}

async function endSession(sessionId: string): Promise<void> {
  const { db, sessions } = delivery.portal.app.services;
  await db.updateTable('match_session').set({ state: 'complete' }).where('id', '=', sessionId).execute();
  sessions.changed(sessionId);
}

/** More than a part's own head. */
const HEAD_BYTES = 500;

/** Reads frames, by their number, off a multipart body. */
async function* readFrames(answer: Response): AsyncGenerator<number, void> {
  let bytes = Buffer.alloc(0);
  for await (const chunk of answer.body ?? []) {
    bytes = Buffer.concat([bytes, chunk]);
    for (;;) {
      const match = /Content-Length: (\d+)\r\n\r\n/.exec(bytes.toString('latin1', 0, HEAD_BYTES));
      const begin = (match?.index ?? 0) + (match?.[0].length ?? 0);
      const end = begin + Number(match?.[1] ?? Infinity);
      if (bytes.length < end) break;
      yield bytes[begin + 3] ?? -1;
      bytes = bytes.subarray(end);
    }
  }
}

test('a viewer sees the frames that the device pushes, until the session ends', async () => {
  const sessionId = await openSession();
  const answer = await get(`${sessionId}/stream.mjpeg`);
  expect(answer.headers.get('content-type')).toBe('multipart/x-mixed-replace; boundary=padelvar-frame');
  const frames = readFrames(answer);
  for (const number of [1, 2, 3]) {
    const next = frames.next();
    expect(await push(sessionId, jpeg(number))).toEqual({ watched: true });
    expect((await next).value).toBe(number);
  }
  await endSession(sessionId);
  expect((await frames.next()).done).toBe(true);
  expect(await push(sessionId, jpeg(4))).toEqual({ watched: false });
  expect((await get(`${sessionId}/stream.mjpeg`)).status).toBe(409);
});

test('a viewer that goes away is no viewer any more', async () => {
  const sessionId = await openSession();
  const leaving = new AbortController();
  const frames = readFrames(await get(`${sessionId}/stream.mjpeg`, leaving.signal));
  const next = frames.next();
  await push(sessionId, jpeg(1));
  await next;
  expect(previews().info(sessionId).viewers).toBe(1);
  leaving.abort();
  await expect.poll(() => previews().info(sessionId).viewers).toBe(0);
});

test('one frame from the club reaches however many watch, for as long as one of them does', async () => {
  const sessionId = await openSession();
  const leaving = [1, 2, 3].map(() => new AbortController());
  const viewers = await Promise.all(
    leaving.map(async ({ signal }) => readFrames(await get(`${sessionId}/stream.mjpeg`, signal))),
  );
  for (const number of [1, 2]) {
    const seen = Promise.all(viewers.map((frames) => frames.next()));
    expect(await push(sessionId, jpeg(number))).toEqual({ watched: true });
    expect((await seen).map(({ value }) => value)).toEqual([number, number, number]);
  }
  for (const [index, one] of leaving.entries()) {
    expect(previews().info(sessionId).viewers).toBe(leaving.length - index);
    one.abort();
    await expect.poll(() => previews().info(sessionId).viewers).toBe(leaving.length - index - 1);
  }
});

test('a viewer that reads nothing costs a few frames of memory and holds nobody up', async () => {
  const sessionId = await openSession();
  const socket = await openSilentViewer(sessionId);
  cleanUps.push(() => socket.destroy());
  const frames = readFrames(await get(`${sessionId}/stream.mjpeg`));
  await expect.poll(() => previews().info(sessionId).viewers).toBe(2);
  const before = heldBytes();
  for (let count = 0; count < 40; count += 1) {
    const next = frames.next();
    await push(sessionId, jpeg(count, 1024 * 1024));
    expect((await next).value).toBe(count);
  }
  // What was collected is given back a moment later.
  await expect.poll(() => heldBytes() - before).toBeLessThan(12 * 1024 * 1024);
});

/** Bytes of buffers that are still referred to. */
function heldBytes(): number {
  setFlagsFromString('--expose_gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().arrayBuffers;
}

async function openSilentViewer(sessionId: string): Promise<Socket> {
  const socket = connect(Number(new URL(delivery.origin).port), '127.0.0.1');
  await once(socket, 'connect');
  socket.pause();
  socket.write(
    `GET /api/preview/${sessionId}/stream.mjpeg HTTP/1.1\r\nhost: portal\r\n` +
      `authorization: Bearer ${delivery.owner.token}\r\n\r\n`,
  );
  return socket;
}

test('frames that are none, too large or of a stranger are refused', async () => {
  const sessionId = await openSession();
  await expect(push(sessionId, Buffer.from('GIF89a'))).rejects.toMatchObject({ kind: 'bad_request' });
  const body = new Uint8Array(jpeg(1, 1024 * 1024 + 1));
  await expect(readJpeg(new Request(delivery.origin, { method: 'POST', body }))).rejects.toMatchObject({
    kind: 'too_large',
  });
  await expect(push(sessionId.replace('north', 'south'), jpeg(1))).rejects.toMatchObject({
    kind: 'not_found',
  });
});

test('a snapshot of a court whose mini-PC is offline is refused at once', async () => {
  const sessionId = await openSession();
  const answer = await get(`${sessionId}/snapshot.jpg`);
  expect(answer.status).toBe(409);
  expect(await answer.json()).toMatchObject({ kind: 'device_offline' });
});

test('a snapshot is the frame that the device sends, with its age', async () => {
  const sessionId = await openSession();
  const { db } = delivery.portal.app.services;
  await db
    .updateTable('device')
    .set({ online: 1, last_seen_at: Date.now() })
    .where('id', '=', delivery.deviceId)
    .execute();
  const answer = get(`${sessionId}/snapshot.jpg`);
  await expect.poll(() => push(sessionId, jpeg(9))).toEqual({ watched: true });
  const found = await answer;
  expect(found.headers.get('content-type')).toBe('image/jpeg');
  expect(Number(found.headers.get('x-frame-age-ms'))).toBeGreaterThanOrEqual(100);
  expect(Buffer.from(await found.arrayBuffer())[3]).toBe(9);
  expect(await (await get(`${sessionId}/info`)).json()).toMatchObject({ viewers: 0, streaming: true });
});

function openPusher(
  sessionId: string,
  clock = systemClock,
): { hub: FrameHub; lease: (seconds: number) => void } {
  const hub = createFrameHub({ clock });
  const pusher = createPreviewPusher({
    client: delivery.client,
    clock,
    log: silentLogger,
    findHub: (id) => (id === sessionId ? hub : undefined),
  });
  cleanUps.push(() => pusher.close());
  expect(pusher.lease('sess_north_court1_1000000000', 'stream', 10)).toBe(false);
  return { hub, lease: (seconds) => void pusher.lease(sessionId, 'stream', seconds) };
}

test('a device pushes the newest frames while it has a lease, and the court is watched', async () => {
  const sessionId = await openSession();
  const frames = readFrames(await get(`${sessionId}/stream.mjpeg`));
  const { hub, lease } = openPusher(sessionId);
  lease(10);
  expect(hub.watched.count).toBe(1);
  const next = frames.next();
  hub.push(jpeg(1));
  expect((await next).value).toBe(1);
  for (let number = 2; number <= 50; number += 1) hub.push(jpeg(number));
  const seen: number[] = [];
  for await (const number of frames) {
    seen.push(number);
    if (number === 50) break;
  }
  expect(seen.length).toBeLessThanOrEqual(2);
});

test('a lease that nobody renews ends by itself', async () => {
  const sessionId = await openSession();
  const clock = createManualClock();
  const { hub, lease } = openPusher(sessionId, clock);
  lease(10);
  await clock.advance(6_000);
  lease(10);
  await clock.advance(9_999);
  expect(hub.watched.count).toBe(1);
  await clock.advance(1);
  await expect.poll(() => hub.watched.count).toBe(0);
});

test('a portal that wants no more frames ends the pushing before the lease does', async () => {
  const sessionId = await openSession();
  const { hub, lease } = openPusher(sessionId);
  lease(10);
  hub.push(jpeg(1));
  await expect.poll(() => hub.watched.count).toBe(0);
});

test('a stream ends for whoever has logged out meanwhile', async () => {
  const clock = createPortalClock();
  const portal = await openTestPortal({ clock });
  cleanUps.push(() => portal.close());
  const { services } = portal.app;
  const clubId = await seedClub(services.db, 'north');
  const deviceId = await seedDevice(services.db, clubId);
  const { userId, token } = await seedUser(services, { role: 'PLAYER' });
  const sessionId = await seedSession(services.db, { clubId, courtId: 'n1', deviceId, ownerId: userId });
  const frames = readFrames(await portal.call('GET', `/api/preview/${sessionId}/stream.mjpeg`, { token }));
  for (const number of [1, 2]) {
    const next = frames.next();
    await services.previews.push(deviceId, sessionId, jpeg(number), 0);
    expect((await next).value).toBe(number);
    await clock.advance(RECHECK_MS);
  }
  await portal.call('POST', '/api/auth/logout', { token });
  const end = frames.next();
  await services.previews.push(deviceId, sessionId, jpeg(3), 0);
  expect((await end).done).toBe(true);
  expect(services.previews.info(sessionId).viewers).toBe(0);
});
