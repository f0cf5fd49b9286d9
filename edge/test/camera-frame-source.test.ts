import { createServer, type RequestListener } from 'node:http';
import type { ErrorKind } from '@padelvar/shared/errors';
import { afterEach, expect, test } from 'vitest';
import { systemClock, type Clock } from '../src/base/clock.ts';
import { silentLogger } from '../src/base/log.ts';
import { openFrameSource, type FrameSourceOptions } from '../src/camera/frame-source.ts';
import {
  fakeJpeg,
  formatPart,
  isBasicRight,
  isDigestRight,
  listen,
  serveHttp,
  type TestServer,
} from './camera-servers.ts';
import { createManualClock } from './support/manual-clock.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function serve(listener: RequestListener): Promise<TestServer> {
  const server = await serveHttp(listener);
  closers.push(() => server.close());
  return server;
}

interface Watched {
  frames: string[];
  troubles: ErrorKind[];
  /** Resolves with the next frame or trouble, whichever comes. */
  next: () => Promise<void>;
  close: () => Promise<void>;
}

function watch(port: number, options: Partial<FrameSourceOptions> & { credentials?: string } = {}): Watched {
  const { credentials = '', ...rest } = options;
  let wake = Promise.withResolvers<undefined>();
  const happened = (): void => {
    wake.resolve(undefined);
    wake = Promise.withResolvers();
  };
  const [frames, troubles]: [string[], ErrorKind[]] = [[], []];
  const source = openFrameSource({
    address: `http://${credentials}127.0.0.1:${port}/camera`,
    kind: 'mjpeg',
    clock: systemClock,
    log: silentLogger,
    backoff: { baseMs: 5, maxMs: 20 },
    onFrame(jpeg) {
      frames.push(jpeg.subarray(3, -2).toString());
      happened();
    },
    onTrouble(kind) {
      troubles.push(kind);
      happened();
    },
    ...rest,
  });
  closers.push(() => source.close());
  return { frames, troubles, next: () => wake.promise, close: () => source.close() };
}

async function until(watched: Watched, condition: () => boolean): Promise<void> {
  while (!condition()) await watched.next();
}

const MULTIPART = { 'content-type': 'multipart/x-mixed-replace;boundary=frame' };

test('frames go on after the camera dropped the connection', async () => {
  let connection = 0;
  const { port } = await serve((_request, response) => {
    connection += 1;
    response.writeHead(200, MULTIPART);
    response.write(formatPart(fakeJpeg(`${connection}a`)));
    response.write(formatPart(fakeJpeg(`${connection}b`)), () => {
      if (connection < 4) response.destroy();
    });
  });
  const watched = watch(port);
  await until(watched, () => watched.frames.includes('4b'));
  expect(watched.frames.filter((frame) => frame.endsWith('a'))).toEqual(['1a', '2a', '3a', '4a']);
  expect(new Set(watched.troubles)).toEqual(new Set(['camera_unreachable']));
});

test('a camera that comes back after a reboot is found again', async () => {
  const listener: RequestListener = (_request, response) => {
    response.writeHead(200, MULTIPART);
    response.write(formatPart(fakeJpeg('up')));
  };
  const first = await serveHttp(listener);
  const watched = watch(first.port);
  await until(watched, () => watched.frames.length === 1);
  await first.close();
  await until(watched, () => watched.troubles.length >= 5);
  const second = await listen(createServer(listener), first.port);
  closers.push(() => second.close());
  await until(watched, () => watched.frames.length === 2);
});

test('a camera silent for two and a half seconds with its connection open is opened again', async () => {
  const clock = createManualClock();
  let asked = 0;
  const { port } = await serve((_request, response) => {
    asked += 1;
    response.writeHead(200, MULTIPART);
    response.write(formatPart(fakeJpeg(String(asked))));
  });
  const watched = watch(port, { clock });
  await until(watched, () => watched.frames.length === 1);
  await clock.advance(2_400);
  expect(watched.troubles).toEqual([]);
  await clock.advance(200);
  await until(watched, () => watched.troubles.length === 1);
  expect(watched.troubles).toEqual(['camera_timeout']);
  await clock.advance(1);
  await until(watched, () => watched.frames.length === 2);
  expect(watched.frames).toEqual(['1', '2']);
});

/** The machine's, whose sleeps are noted and do not last. */
function createSleepless(waits: number[]): Clock {
  return {
    ...systemClock,
    sleep(ms, signal) {
      waits.push(ms);
      return systemClock.sleep(0, signal);
    },
  };
}

test('a wrong password is told apart, not tried again at once, and the right one lets in without asking twice', async () => {
  const answers: number[] = [];
  const { port } = await serve((request, response) => {
    const isRight = isDigestRight(request.headers.authorization ?? '', 'GET', 'ref', 'secret');
    answers.push(isRight ? 200 : 401);
    if (!isRight)
      response.writeHead(401, { 'www-authenticate': 'Digest realm="r", nonce="n", qop="auth"' }).end();
    else response.writeHead(200, { 'content-type': 'image/jpeg' }).end(fakeJpeg('in'));
  });
  const waits: number[] = [];
  const wrong = watch(port, { credentials: 'ref:wrong@', kind: 'still', clock: createSleepless(waits) });
  await until(wrong, () => wrong.troubles.length > 0 && waits.length > 0);
  expect(waits[0]).toBe(10_000);
  expect(wrong.troubles[0]).toBe('camera_unauthorized');
  await wrong.close();
  answers.length = 0;
  const right = watch(port, { credentials: 'ref:secret@', kind: 'still', stillFps: 25 });
  await until(right, () => right.frames.length >= 5);
  expect(answers.slice(0, 5)).toEqual([401, 200, 200, 200, 200]);
});

test('stills are asked one after the other over one connection, no faster than told', async () => {
  let [open, most] = [0, 0];
  const server = await serve((request, response) => {
    open += 1;
    most = Math.max(most, open);
    response.on('finish', () => (open -= 1));
    if (!isBasicRight(request, 'a', 'b')) response.writeHead(401, { 'www-authenticate': 'Basic' }).end();
    else response.writeHead(200, { 'content-type': 'image/jpeg' }).end(fakeJpeg('still'));
  });
  const startedAtMs = performance.now();
  const watched = watch(server.port, { kind: 'still', credentials: 'a:b@', stillFps: 100 });
  await until(watched, () => watched.frames.length >= 11);
  expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual(10 * 40 - 5);
  expect([most, server.connections()]).toEqual([1, 1]);
  expect(watched.troubles).toEqual([]);
});

test('a camera that turns into a web page is trouble, not a crash', async () => {
  const { port } = await serve((_request, response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Log in</h1>'),
  );
  const watched = watch(port);
  await until(watched, () => watched.troubles.length >= 3);
  expect(new Set(watched.troubles)).toEqual(new Set(['camera_no_video']));
});

test('closing ends the connection and every attempt', async () => {
  const hungUp = Promise.withResolvers<undefined>();
  const server = await serve((_request, response) => {
    response.writeHead(200, MULTIPART);
    response.write(formatPart(fakeJpeg('x')));
    response.on('close', () => hungUp.resolve(undefined));
  });
  const watched = watch(server.port);
  await watched.next();
  await Promise.all([watched.close(), watched.close()]);
  await hungUp.promise;
  expect([server.connections(), watched.troubles]).toEqual([1, []]);
});

test('an outage is retried with waits that grow', async () => {
  const gone = await serveHttp((_request, response) => response.end());
  await gone.close();
  const waits: number[] = [];
  const clock = createSleepless(waits);
  const watched = watch(gone.port, { clock, backoff: { baseMs: 100, maxMs: 800, random: () => 1 } });
  await until(watched, () => waits.length >= 7);
  expect(waits.slice(0, 7)).toEqual([0, 100, 200, 400, 800, 800, 800]);
});
