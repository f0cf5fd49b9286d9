import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { createConnection, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer, text as readText } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { FaultName } from '../src/simulate/fault.ts';
import type { SimulatedCourt } from '../src/simulate/court.ts';
import type { Simulator } from '../src/simulate/simulator.ts';
import { countFrameFaults, readFrameNumbers, readJpegNumber } from './support/frame-numbers.ts';
import { startGstCourt } from './support/gst-court.ts';
import { SMALL_CLIP, startTestCourts, TEST_FFMPEG } from './support/test-courts.ts';

const LOGIN = { user: 'admin', password: 'pass word:1' };
/** The first run on a machine makes the clip. */
const CLIP_TIMEOUT_MS = 240_000;
const CLEAN = { missing: 0, repeated: 0, reordered: 0, unreadable: 0 };

let simulator: Simulator;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'padelvar-simulate-'));
  const courts = [
    { kind: 'rtsp' as const },
    { kind: 'mjpeg' as const, fps: 12 },
    { kind: 'still' as const, ...LOGIN },
    { kind: 'rtsp' as const, ...LOGIN, authentication: ['digest' as const] },
    { kind: 'rtsp' as const, ...LOGIN, authentication: ['basic' as const], parameterSetsInSdp: false },
  ];
  simulator = await startTestCourts(courts, SMALL_CLIP);
}, CLIP_TIMEOUT_MS);

afterEach(async () => {
  await Promise.all(simulator.courts.map((court) => court.setFault({ fault: 'none' })));
});

afterAll(async () => {
  await simulator.close();
  await rm(folder, { recursive: true, force: true });
});

function getCourt(index: number): SimulatedCourt {
  const court = simulator.courts[index];
  if (court === undefined) throw new Error(`no court ${String(index)}`);
  return court;
}

interface Ended {
  code: number | null;
  log: string;
}

async function runFfmpeg(arguments_: string[]): Promise<Ended> {
  const ffmpeg = spawn(TEST_FFMPEG, ['-v', 'error', '-nostdin', '-y', ...arguments_]);
  let log = '';
  ffmpeg.stderr.on('data', (text: Buffer) => (log += text.toString()));
  const [code] = (await once(ffmpeg, 'close')) as [number | null];
  return { code, log };
}

const fromRtsp = (address: string): string[] => [
  ...['-rtsp_transport', 'tcp', '-timeout', '2000000', '-i', address],
];

/** Records so many seconds' pictures to a file, copying: where the camera's report of its time comes late, FFmpeg's own time jumps. */
async function record(address: string, name: string, seconds: number): Promise<Ended & { path: string }> {
  const path = join(folder, name);
  const ended = await runFfmpeg([
    ...fromRtsp(address),
    '-frames:v',
    String(seconds * 25),
    '-c',
    'copy',
    path,
  ]);
  return { path, ...ended };
}

async function readNumbers(path: string): Promise<number[]> {
  return readFrameNumbers(path, { ffmpegPath: TEST_FFMPEG, clip: simulator.clip });
}

/** Any status line, or the network's error code, or 'silent' after a second without an answer. */
async function describeCourt(court: SimulatedCourt): Promise<string> {
  const socket = createConnection(court.port, '127.0.0.1');
  try {
    const request = `DESCRIBE ${court.address} RTSP/1.0\r\nCSeq: 1\r\n\r\n`;
    socket.write(request);
    const [answer] = (await once(socket, 'data', { signal: AbortSignal.timeout(1_000) })) as [Buffer];
    return answer.toString().split('\r\n')[0] ?? '';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'silent';
  } finally {
    socket.destroy();
  }
}

/** A client that plays; counts the bytes it is sent. */
async function playRaw(court: SimulatedCourt): Promise<{ socket: Socket; bytes: () => number }> {
  const socket = createConnection(court.port, '127.0.0.1');
  let bytes = 0;
  socket.on('data', (chunk: Buffer) => (bytes += chunk.length));
  socket.on('error', () => undefined);
  const transport = 'Transport: RTP/AVP/TCP;unicast;interleaved=0-1';
  socket.write(`SETUP rtsp://a/trackID=0 RTSP/1.0\r\nCSeq: 1\r\n${transport}\r\n\r\n`);
  socket.write('PLAY rtsp://a/ RTSP/1.0\r\nCSeq: 2\r\n\r\n');
  while (bytes < 20_000) await once(socket, 'data');
  return { socket, bytes: () => bytes };
}

/** Unlike `once`, takes a reset for an end. */
async function closing(socket: Socket): Promise<void> {
  await new Promise<void>((resolve) => socket.once('close', () => resolve()));
}

describe('a simulated RTSP court', () => {
  it(
    'gives two clients at once every frame, evenly, over the clip’s end too',
    async () => {
      const loop = await startTestCourts([{ kind: 'rtsp' }], { ...SMALL_CLIP, seconds: 4 });
      const { clip, courts } = loop;
      const [court] = courts;
      if (court === undefined) throw new Error('no court');
      try {
        const recordings = await Promise.all([
          record(court.address, 'a.mp4', 5),
          delay(700).then(() => record(court.address, 'b.mp4', 5)),
        ]);
        const sent = court.framesSent().map(({ index }) => index);
        expect(sent).toEqual(sent.map((_, place) => (sent[0] ?? 0) + place));
        for (const { path, code } of recordings) {
          const numbers = await readFrameNumbers(path, { ffmpegPath: TEST_FFMPEG, clip });
          expect(code).toBe(0);
          expect(numbers.at(-1)).toBeGreaterThan(clip.frames);
          expect(countFrameFaults(numbers)).toMatchObject(CLEAN);
          expect(await listIntervals(path)).toEqual(['0.040']);
        }
      } finally {
        await loop.close();
      }
    },
    CLIP_TIMEOUT_MS,
  );

  it.each([
    [3, 'Digest'],
    [4, 'Basic, without parameter sets in its description'],
  ])('court %i asks for its password by %s', async (index) => {
    const court = getCourt(index);
    const wrong = court.address.replace(/:\/\/[^@]+@/, '://admin:wrong@');
    const [right, refused] = await Promise.all([
      record(court.address, `login-${String(index)}.mp4`, 3),
      record(wrong, 'refused.mp4', 1),
    ]);
    expect(refused.code).not.toBe(0);
    expect(refused.log).toContain('401 Unauthorized');
    expect(right.code).toBe(0);
    expect(countFrameFaults(await readNumbers(right.path))).toMatchObject(CLEAN);
  });

  it('drops its clients and takes new ones at once', async () => {
    const court = getCourt(0);
    const { socket } = await playRaw(court);
    await Promise.all([closing(socket), court.setFault({ fault: 'drop' })]);
    expect(await describeCourt(court)).toBe('RTSP/1.0 200 OK');
  });

  it('falls silent with its connections open, then goes on with the frames of that moment', async () => {
    const court = getCourt(0);
    const { socket, bytes } = await playRaw(court);
    await court.setFault({ fault: 'silence' });
    await delay(100);
    const [before, last] = [bytes(), court.framesSent().at(-1)?.index ?? 0];
    await delay(400);
    expect(bytes()).toBe(before);
    await court.setFault({ fault: 'none' });
    await once(socket, 'data');
    socket.destroy();
    expect((court.framesSent().at(-1)?.index ?? 0) - last).toBeGreaterThan(8);
  });

  it.each<[FaultName]>([['refuse'], ['reboot']])(
    'closes its port at %s and is back on it after that',
    async (fault) => {
      const court = getCourt(0);
      const { socket } = await playRaw(court);
      // Long enough that it is asked in that time, however slow the machine.
      await Promise.all([closing(socket), court.setFault({ fault, seconds: 3 })]);
      expect(await describeCourt(court)).toBe('ECONNREFUSED');
      await expect.poll(() => describeCourt(court)).toBe('RTSP/1.0 200 OK');
    },
  );

  it('refuses the right password under that fault', async () => {
    const court = getCourt(3);
    await court.setFault({ fault: 'wrong-password' });
    const { log } = await record(court.address, 'never.mp4', 1);
    expect(log).toContain('401 Unauthorized');
  });

  it('changes its resolution at a keyframe, in one stream, with every frame still there', async () => {
    const court = getCourt(0);
    const recording = record(court.address, 'resolution.ts', 7);
    await expect.poll(() => court.connections(), { interval: 20 }).toBe(1);
    await delay(3_000);
    await court.setFault({ fault: 'resolution' });
    const { path } = await recording;
    expect(countFrameFaults(await readNumbers(path))).toMatchObject(CLEAN);
    const widths = await listWidths(path);
    expect(widths).toEqual([simulator.clip.width, simulator.clip.width / 2]);
  });
});

/** The widths of a movie's frames, each change once. */
async function listWidths(path: string): Promise<number[]> {
  const widths = (await probe(path, 'frame=width')).map(Number);
  return widths.filter((width, index) => width !== widths[index - 1]);
}

/** The different intervals between a movie's packets, milliseconds exact; the first is FFmpeg's guess. */
async function listIntervals(path: string): Promise<string[]> {
  const times = (await probe(path, 'packet=pts_time')).map(Number);
  return [...new Set(times.slice(2).map((time, index) => (time - (times[index + 1] ?? 0)).toFixed(3)))];
}

async function probe(path: string, entries: string): Promise<string[]> {
  const ffprobe = spawn('ffprobe', [
    ...['-v', 'error', '-select_streams', 'v', '-show_entries', entries, '-of', 'csv=p=0', path],
  ]);
  const [text] = await Promise.all([readText(ffprobe.stdout), once(ffprobe, 'close')]);
  return text.match(/[\d.]+/g) ?? [];
}

describe('a simulated HTTP camera', () => {
  it('sends numbered JPEGs as multipart, each in its turn', async () => {
    const path = join(folder, 'mjpeg.mkv');
    const { code } = await runFfmpeg([
      ...['-f', 'mpjpeg', '-i', getCourt(1).address, '-frames:v', '24', '-c', 'copy', path],
    ]);
    const steps = (await readNumbers(path)).map((number, index, all) => number - (all[index - 1] ?? number));
    expect(code).toBe(0);
    // 12 of the clip's 25 frames a second.
    expect(steps.slice(1).every((step) => step === 2 || step === 3)).toBe(true);
  });

  it('answers each request for a still with the frame of that moment', async () => {
    const { address } = getCourt(2);
    const askedMs = performance.now();
    const first = await fetchStill(address);
    await delay(200);
    const second = await fetchStill(address);
    const tookMs = performance.now() - askedMs;
    const step = ((second ?? 0) - (first ?? 0) + simulator.clip.frames) % simulator.clip.frames;
    expect(step).toBeGreaterThanOrEqual(5);
    // No further than the court got in that time.
    expect(step).toBeLessThanOrEqual(Math.ceil(tookMs / 40) + 1);
  });

  it('asks for a password, and keeps silent, and changes size, like the others', async () => {
    const court = getCourt(2);
    const url = court.address.replace(/\/\/[^@]+@/, '//');
    const refused = await fetch(url);
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([
      401,
      expect.stringMatching(/^Digest .*, Basic /),
    ]);
    await court.setFault({ fault: 'silence' });
    await expect(fetchStill(court.address, 200)).rejects.toThrow(/abort/);
    await court.setFault({ fault: 'resolution' });
    expect(await fetchStill(court.address)).toBeTypeOf('number');
    await court.setFault({ fault: 'wrong-password' });
    await expect(fetchStill(court.address)).rejects.toThrow('status 401');
    await court.setFault({ fault: 'refuse' });
    await expect(fetchStill(court.address)).rejects.toThrow('ECONNREFUSED');
    await court.setFault({ fault: 'none' });
    expect(await fetchStill(court.address)).toBeTypeOf('number');
  });
});

async function fetchStill(address: string, timeoutMs = 5_000): Promise<number | undefined> {
  const { username, password, port, pathname } = new URL(address);
  const request = get({
    ...{ host: '127.0.0.1', port, path: pathname, agent: false, signal: AbortSignal.timeout(timeoutMs) },
    auth: `${decodeURIComponent(username)}:${decodeURIComponent(password)}`,
  });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const body = await buffer(response);
  if (response.statusCode !== 200) throw new Error(`status ${String(response.statusCode)}`);
  return readJpegNumber(body, TEST_FFMPEG);
}

describe('the foreign RTSP court', () => {
  it('gives every client the clip from its first frame', async () => {
    const court = await startGstCourt({ clipPath: join(simulator.clip.folder, 'full.h264') });
    try {
      const { path } = await record(court.address, 'foreign.mp4', 4);
      const numbers = await readNumbers(path);
      expect(numbers.length).toBeGreaterThan(90);
      expect(countFrameFaults(numbers)).toMatchObject({ ...CLEAN, first: 0 });
    } finally {
      await court.close();
    }
  });
});
