import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer as createHttpServer, get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { systemClock, type Clock } from '../src/base/clock.ts';
import { silentLogger } from '../src/base/log.ts';
import { planPacedInputArguments } from '../src/camera/ffmpeg-input.ts';
import { readMultipart } from '../src/camera/http-frames.ts';
import { createFrameHub, type FrameHub } from '../src/proxy/frame-hub.ts';
import { createPacedRun, type PacedRun } from '../src/proxy/paced-run.ts';
import { createPortPool, type PortPool } from '../src/proxy/port-pool.ts';
import { openSessionProxy, type SessionProxy } from '../src/proxy/session-proxy.ts';
import { fakeJpeg, listen, type TestServer } from './camera-servers.ts';
import { collectGarbage } from './support/garbage.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

/** One range for all tests, round and round: a kept-alive connection of one test does not meet the next one's proxy. */
const sharedPorts = createPortPool({ firstPort: 28_080, lastPort: 28_379 });

interface OpenProxy extends SessionProxy {
  run: PacedRun;
  hub: FrameHub;
  url: string;
  /** A picture of a camera whose pictures are encoded. */
  send: (jpeg: Buffer) => void;
}

async function open({
  ports = sharedPorts,
  clock = systemClock,
}: { ports?: PortPool; clock?: Clock } = {}): Promise<OpenProxy> {
  const hub = createFrameHub({ clock });
  const health = (): Record<string, unknown> => ({ camera: 'ok' });
  const run = createPacedRun({ clock, preRollSeconds: () => 10 });
  const proxy = await openSessionProxy({
    sessionId: 'sess_a_b_1',
    ports,
    hub,
    clock,
    log: silentLogger,
    health,
    run,
  });
  closers.push(() => proxy.close());
  const send = (jpeg: Buffer): void => {
    run.push(jpeg);
    hub.push(jpeg);
  };
  return { ...proxy, run, hub, send, url: `http://127.0.0.1:${proxy.port}` };
}

async function openViewer(url: string): Promise<IncomingMessage> {
  const [answer] = (await once(get(url, { agent: false }), 'response')) as [IncomingMessage];
  answer.on('error', () => undefined);
  return answer;
}

/** Counts whole frames as they come. */
function collect(answer: IncomingMessage): { frames: string[]; seen: (count: number) => Promise<void> } {
  const frames: string[] = [];
  const waiting: { count: number; resolve: () => void }[] = [];
  void readMultipart(answer, (jpeg) => {
    frames.push(jpeg.subarray(3, -2).toString());
    for (const { count, resolve } of waiting) if (frames.length >= count) resolve();
  }).catch(() => undefined);
  return {
    frames,
    seen: (count) =>
      new Promise((resolve) => {
        if (frames.length >= count) resolve();
        else waiting.push({ count, resolve });
      }),
  };
}

describe('a snapshot', () => {
  test('comes from memory, says its age and makes nobody a watcher', async () => {
    const { hub, url } = await open();
    const jpeg = fakeJpeg(Buffer.alloc(150_000, 7));
    hub.push(jpeg);
    const times: number[] = [];
    for (let round = 0; round < 50; round += 1) {
      const startedAtMs = performance.now();
      const answer = await fetch(`${url}/snapshot.jpg`);
      expect(Buffer.from(await answer.arrayBuffer()).equals(jpeg)).toBe(true);
      times.push(performance.now() - startedAtMs);
      expect(Number(answer.headers.get('x-frame-age-ms'))).toBeGreaterThanOrEqual(0);
      expect(answer.headers.get('content-type')).toBe('image/jpeg');
    }
    times.sort((a, b) => a - b);
    process.stdout.write(`snapshot ms: p50 ${times[25]?.toFixed(1)}, max ${times.at(-1)?.toFixed(1)}\n`);
    expect(hub.watched.count).toBe(0);
  });

  test('before the first picture is a problem document', async () => {
    const { url } = await open();
    const answer = await fetch(`${url}/snapshot.jpg`);
    expect(answer.status).toBe(409);
    expect(await answer.json()).toMatchObject({ kind: 'not_ready' });
  });
});

describe('the live stream', () => {
  test('reaches several viewers, and counts them', async () => {
    const { hub, url } = await open();
    const viewers = await Promise.all([1, 2, 3].map(() => openViewer(`${url}/stream.mjpg`)));
    const collected = viewers.map(collect);
    expect(hub.watched.count).toBe(3);
    for (const name of ['a', 'b']) {
      const all = collected.map(({ frames, seen }) => seen(frames.length + 1));
      hub.push(fakeJpeg(name));
      await Promise.all(all);
    }
    expect(collected.map(({ frames }) => frames)).toEqual([
      ['a', 'b'],
      ['a', 'b'],
      ['a', 'b'],
    ]);
    const left = new Promise<void>((resolve) => hub.watched.onChange(() => resolve()));
    for (const viewer of viewers) viewer.destroy();
    await left;
    expect(hub.watched.count).toBe(0);
  });

  test('skips frames for a slow viewer and never queues them', async () => {
    const { hub, url, port } = await open();
    const slow = connect(port, '127.0.0.1');
    closers.push(() => Promise.resolve(slow.destroy()));
    slow.write('GET /stream.mjpg HTTP/1.1\r\nHost: localhost\r\n\r\n');
    slow.pause();
    const quick = await openViewer(`${url}/stream.mjpg`);
    const { frames, seen } = collect(quick);
    while (hub.watched.count < 2) await systemClock.sleep(1);
    const filler = 'x'.repeat(1024 * 1024);
    await collectGarbage();
    const before = process.memoryUsage();
    for (let index = 0; index < 200; index += 1) {
      const got = seen(frames.length + 1);
      hub.push(fakeJpeg(`${index} ${filler}`));
      await got;
      frames[index] = '';
    }
    await collectGarbage();
    const grownBytes = process.memoryUsage().external - before.external;
    process.stdout.write(
      `external memory after 200 MiB past a viewer that reads nothing: +${grownBytes} bytes\n`,
    );
    expect(grownBytes).toBeLessThan(20 * 1024 * 1024);
    let received = 0;
    slow.on('data', (chunk: Buffer) => (received += chunk.length)).resume();
    const text = new Promise<void>((resolve) =>
      slow.on('data', (chunk: Buffer) => {
        if (chunk.includes('199 xxx')) resolve();
      }),
    );
    await text;
    expect(received).toBeLessThan(30 * 1024 * 1024);
  });

  test('answers a HEAD request with 405 instead of holding it', async () => {
    const { url } = await open();
    expect((await fetch(`${url}/stream.mjpg`, { method: 'HEAD' })).status).toBe(405);
    expect((await fetch(`${url}/stream.mjpg`, { method: 'POST' })).status).toBe(405);
  });

  test('refuses one viewer more than it has room for', async () => {
    const { url } = await open();
    const viewers = await Promise.all(Array.from({ length: 32 }, () => openViewer(`${url}/stream.mjpg`)));
    expect((await fetch(`${url}/stream.mjpg`)).status).toBe(429);
    for (const viewer of viewers) viewer.destroy();
  });
});

/** One picture a second for the ten seconds of the pre-roll. */
const SECONDS = Array.from({ length: 10 }, (_, second) => String(second));

/** Stands still between skews, so that what a stream owes is known to the frame; only waits take their time. */
function createSkewedClock(): { clock: Clock; skew: (ms: number) => void } {
  let nowMs = Math.round(systemClock.monotonicMs());
  const clock: Clock = { ...systemClock, monotonicMs: () => nowMs };
  return { clock, skew: (ms) => void (nowMs += ms) };
}

describe('the paced stream', () => {
  test('gives FFmpeg 25 frames a second whatever the camera sends', async () => {
    const { hub, port, send } = await open();
    const picture = await makeJpeg();
    const ffmpeg = spawn('ffmpeg', [
      ...['-v', 'error', ...planPacedInputArguments(port), '-frames:v', '50'],
      ...['-f', 'framemd5', '-'],
    ]);
    let text = '';
    ffmpeg.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    let errors = '';
    ffmpeg.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    const startedAtMs = performance.now();
    const camera = setInterval(() => send(picture), 83);
    await once(ffmpeg, 'close');
    clearInterval(camera);
    const stamps = [...text.matchAll(/^0,\s+(\d+),/gm)].map(([, stamp]) => Number(stamp));
    expect(errors).toBe('');
    expect(stamps).toEqual(Array.from({ length: 50 }, (_, index) => index));
    const tookMs = performance.now() - startedAtMs;
    process.stdout.write(`50 paced frames took FFmpeg ${Math.round(tookMs)} ms, its start included\n`);
    expect(tookMs).toBeGreaterThan(1_900);
    expect(hub.watched.count).toBe(0);
  });

  test('begins with the pictures from before its start, each at its own moment', async () => {
    const { clock, skew } = createSkewedClock();
    const { send, run, url } = await open({ clock });
    for (const name of ['gone', ...SECONDS]) {
      send(fakeJpeg(name));
      skew(1_000);
    }
    run.begin();
    const { frames, seen } = collect(await openViewer(`${url}/stream.mjpg?pace=25`));
    await seen(250);
    // Without an end there is no more to read than that: 25 a second.
    const counts = SECONDS.map((name) => frames.slice(0, 250).filter((frame) => frame === name).length);
    expect(counts.slice(0, -1)).toEqual(SECONDS.slice(1).map(() => 25));
    expect(frames[0]).toBe('0');
  });

  test('gives a reader that is behind each picture it missed', async () => {
    const { clock, skew } = createSkewedClock();
    const { send, run, url } = await open({ clock });
    send(fakeJpeg('begin'));
    run.begin();
    skew(40);
    const { frames, seen } = collect(await openViewer(`${url}/stream.mjpg?pace=25`));
    await seen(1);
    for (const name of SECONDS) {
      send(fakeJpeg(name));
      skew(1_000);
    }
    await seen(240);
    expect([...new Set(frames)]).toEqual(['begin', ...SECONDS]);
  });

  test('goes on where the reader before it got to', async () => {
    const { clock, skew } = createSkewedClock();
    const { send, run, url } = await open({ clock });
    send(fakeJpeg('a'));
    run.begin();
    skew(80);
    const first = await openViewer(`${url}/stream.mjpg?pace=25`);
    const beganMs = run.readerBeganMs ?? 0;
    await collect(first).seen(2);
    first.destroy();
    skew(1_000);
    send(fakeJpeg('b'));
    skew(1_000);
    const { frames, seen } = collect(await openViewer(`${url}/stream.mjpg?pace=25`));
    await seen(45);
    expect(frames.filter((frame) => frame === 'a').length).toBeGreaterThan(15);
    expect((run.readerBeganMs ?? 0) - beganMs).toBeGreaterThanOrEqual(40);
    expect((run.readerBeganMs ?? 0) - beganMs).toBeLessThan(1_000);
  });

  test('makes up what a stall left owing, and sends nothing while the camera is silent', async () => {
    const { clock, skew } = createSkewedClock();
    const { send, url } = await open({ clock });
    send(fakeJpeg('a'));
    const { frames, seen } = collect(await openViewer(`${url}/stream.mjpg?pace=25`));
    skew(120);
    await seen(3);
    skew(2_000);
    await seen(53);
    expect(new Set(frames)).toEqual(new Set(['a']));
    skew(3_000);
    await seen(75);
    await systemClock.sleep(100);
    expect(frames).toHaveLength(75);
    send(fakeJpeg('b'));
    await seen(75 + 50);
    expect(frames.at(-1)).toBe('b');
  });

  test('ends with the pictures until its end', async () => {
    const { clock, skew } = createSkewedClock();
    const { send, run, url } = await open({ clock });
    send(fakeJpeg('a'));
    run.begin();
    skew(2_000);
    run.end();
    skew(500);
    const answer = await openViewer(`${url}/stream.mjpg?pace=25`);
    const ended = once(answer, 'end');
    const { frames } = collect(answer);
    await ended;
    expect(frames.length).toBeGreaterThanOrEqual(51);
    expect(frames.length).toBeLessThan(60);
  });

  test('refuses a pace that is not the recorder’s', async () => {
    const { url } = await open();
    expect((await fetch(`${url}/stream.mjpg?pace=1000`)).status).toBe(400);
  });
});

describe('a proxy', () => {
  test('tells its health', async () => {
    const { hub, url } = await open();
    expect(await (await fetch(`${url}/health`)).json()).toEqual({
      sessionId: 'sess_a_b_1',
      viewers: 0,
      frameAgeMs: null,
      camera: 'ok',
    });
    hub.push(fakeJpeg('a'));
    expect(await (await fetch(`http://localhost:${new URL(url).port}/health`)).json()).toMatchObject({
      frameAgeMs: expect.any(Number) as number,
    });
  });

  test('answers for no name but its own', async () => {
    const { hub, port } = await open();
    hub.push(fakeJpeg('a'));
    const [answer] = (await once(
      get({ host: '127.0.0.1', port, path: '/snapshot.jpg', headers: { host: `evil.example:${port}` } }),
      'response',
    )) as [IncomingMessage];
    answer.resume();
    expect(answer.statusCode).toBe(403);
  });

  test('gives its port back, a hundred times over', async () => {
    const ports = createPortPool({ firstPort: 28_380, lastPort: 28_381 });
    for (let round = 0; round < 100; round += 1) {
      const proxy = await open({ ports });
      await proxy.close();
    }
    await open({ ports });
    await open({ ports });
    await expect(open({ ports })).rejects.toMatchObject({ kind: 'port_range_full' });
  });

  test('ends open streams when it closes', async () => {
    const proxy = await open();
    const viewer = await openViewer(`${proxy.url}/stream.mjpg`);
    const paced = await openViewer(`${proxy.url}/stream.mjpg?pace=25`);
    const ended = Promise.all(
      [viewer, paced].map((answer) => new Promise((resolve) => answer.on('close', resolve))),
    );
    viewer.resume();
    paced.resume();
    await Promise.all([proxy.close(), proxy.close()]);
    await ended;
    expect(proxy.hub.watched.count).toBe(0);
    await expect(fetch(`${proxy.url}/health`)).rejects.toThrow();
  });

  test('skips a port that another program holds', async () => {
    const stranger: TestServer = await listen(createHttpServer(), 28_390);
    closers.push(() => stranger.close());
    const ports = createPortPool({ firstPort: 28_390, lastPort: 28_391 });
    const { port } = await open({ ports });
    expect(port).toBe(28_391);
    await expect(open({ ports })).rejects.toMatchObject({ kind: 'port_range_full' });
  });
});

async function makeJpeg(): Promise<Buffer> {
  const ffmpeg = spawn('ffmpeg', [
    '-v',
    'error',
    '-f',
    'lavfi',
    '-i',
    'testsrc=s=320x180',
    '-frames:v',
    '1',
    '-f',
    'mjpeg',
    '-',
  ]);
  const chunks: Buffer[] = [];
  ffmpeg.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(ffmpeg, 'close');
  return Buffer.concat(chunks);
}
