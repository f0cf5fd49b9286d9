/** The live picture of courts with the low-delay output, against that of the same courts without it, in the same moments. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock as clock } from '../src/base/clock.ts';
import { openDatagramReader, READER_HOST, SENDER_HOST } from '../src/base/loopback-datagrams.ts';
import { findCpuSeconds } from '../src/health/process-cpu.ts';
import { PartRecord } from '../src/ingest/part.ts';
import type { CourtOptions, SimulatedCourt } from '../src/simulate/court.ts';
import type { Simulator } from '../src/simulate/simulator.ts';
import { findFastest } from './support/fastest.ts';
import { tellFigures } from './support/figures.ts';
import { countFrameFaults } from './support/frame-numbers.ts';
import { startDevice } from './support/killable-device.ts';
import { measureLateness } from './support/machine-lateness.ts';
import type { MachineLateness } from './support/machine-lateness.ts';
import { inspectMovie, openMatchLab } from './support/match-lab.ts';
import type { MatchLab } from './support/match-lab.ts';
import { SMALL_CLIP, startTestCourts, TEST_FFMPEG } from './support/test-courts.ts';
import { measureDelays, medianOf, rateOf, watchStream } from './support/watched-pictures.ts';
import type { Watching } from './support/watched-pictures.ts';

/** `reordered`: how many frames at a movie's end may lack others that were not sent yet. */
const CASES: { name: string; court: Omit<CourtOptions, 'kind'>; reordered?: number }[] = [
  { name: 'H.264', court: {} },
  { name: 'H.265', court: { stream: { codec: 'hevc' } } },
  { name: 'H.264 with B-frames', court: { stream: { bFrames: 2 } }, reordered: 2 },
];
/** Where nothing else is done, milliseconds behind the camera. */
const PROMISED_MS = 300;
const PICTURES = 12;
const WHOLE = { missing: 0, repeated: 0, reordered: 0, unreadable: 0 };

let simulator: Simulator;
let lowDelay: MatchLab;
let byFragments: MatchLab;
let lateness: MachineLateness;

beforeAll(async () => {
  const courts = [...CASES, { court: {} }, { court: {} }, { court: {} }];
  simulator = await startTestCourts(
    courts.map(({ court }) => ({ kind: 'rtsp', ...court })),
    SMALL_CLIP,
  );
  lowDelay = await openMatchLab(simulator.courts, { lowDelay: true });
  byFragments = await openMatchLab(simulator.courts);
  lateness = await measureLateness();
});
afterAll(async () => {
  await lateness.close();
  await Promise.all([lowDelay.dispose(), byFragments.dispose()]);
  await simulator.close();
});

function courtOf(number: number): SimulatedCourt {
  const court = simulator.courts[number - 1];
  if (court === undefined) throw new Error('expected a court');
  return court;
}

async function beginMatch(lab: MatchLab, courtId: string): Promise<string> {
  const sessionId = lab.open(courtId);
  await lab.reaches(sessionId, 'created');
  lab.start(sessionId);
  await lab.reaches(sessionId, 'recording');
  return sessionId;
}

async function endMatch(lab: MatchLab, sessionId: string): Promise<Awaited<ReturnType<typeof inspectMovie>>> {
  lab.stop(sessionId);
  await lab.reaches(sessionId, 'complete');
  await lab.until('the final file', () => existsSync(lab.moviePath(sessionId)));
  return inspectMovie(lab.moviePath(sessionId), simulator.clip);
}

const streamOf = (port: number | undefined): string => `http://127.0.0.1:${String(port)}/stream.mjpg`;

async function readPart(folder: string, number = 1): Promise<PartRecord> {
  return PartRecord.parse(JSON.parse(await readFile(join(folder, `part-${String(number)}.json`), 'utf8')));
}

async function portOf(folder: string, number = 1): Promise<number> {
  const { lowDelayPort } = await readPart(folder, number);
  if (lowDelayPort === undefined) throw new Error('expected a part with a low-delay output');
  return lowDelayPort;
}

/** Whether somebody reads what is sent to that port: as /proc/net/udp has it, both addresses known. */
function isRead(port: number): boolean {
  const format = (host: string): string => {
    const hex = (byte: string): string => Number(byte).toString(16).padStart(2, '0');
    const address = host.split('.').map(hex).reverse().join('');
    return `${address}:${port.toString(16).padStart(4, '0')}`.toUpperCase();
  };
  const sockets = readFileSync('/proc/net/udp', 'utf8');
  return sockets.includes(`${format(READER_HOST)} ${format(SENDER_HOST)}`);
}

/** Watches until pictures come out of the low-delay output: as much ahead of what there was as the part is behind. */
async function watchLowDelay(url: string, port: number): Promise<Watching> {
  const watching = await watchStream(url);
  await lowDelay.until('somebody to read', () => isRead(port));
  await watching.until(PICTURES);
  watching.beginAnew();
  return watching;
}

test.concurrent.each(CASES.map((one, index) => ({ ...one, number: index + 1 })))(
  'watchers of $name see it almost at once, five pictures a second; without the output it is behind by its fragments',
  async ({ name, number, reordered = 0 }) => {
    const courtId = `c${String(number)}`;
    const [session, other] = await Promise.all([
      beginMatch(lowDelay, courtId),
      beginMatch(byFragments, courtId),
    ]);
    const port = await portOf(lowDelay.folder(session));
    expect(isRead(port)).toBe(false);
    const [soon, late] = await Promise.all([
      watchLowDelay(streamOf(lowDelay.get(session).port), port),
      watchStream(streamOf(byFragments.get(other).port)),
    ]);
    await Promise.all([soon.until(PICTURES), late.until(2 * PICTURES)]);
    await Promise.all([soon.leave(), late.leave()]);
    await lowDelay.until('nobody to read', () => !isRead(port));
    const [soonMs, lateMs] = [
      await measureDelays(soon.pictures, courtOf(number)),
      await measureDelays(late.pictures.slice(PICTURES), courtOf(number)),
    ];
    tellFigures(`live picture behind the camera, ${name}, ms`, {
      'low delay median': medianOf(soonMs),
      'low delay worst': soonMs.at(-1) ?? NaN,
      'fragments median': medianOf(lateMs),
      'low delay pictures a second': rateOf(soon.pictures),
      'machine late': lateness.allowanceMs(),
    });
    expect(medianOf(soonMs)).toBeLessThan(0.6 * medianOf(lateMs));
    expect(medianOf(soonMs)).toBeLessThan(PROMISED_MS + lateness.allowanceMs());
    expect(rateOf(soon.pictures)).toBeGreaterThan(4);
    const cpu = await Promise.all([spentBy(lowDelay.folder(session)), spentBy(byFragments.folder(other))]);
    tellFigures(`FFmpeg of a recorded court, ${name}, ms of a core per second`, {
      'with low-delay output': cpu[0],
      without: cpu[1],
    });
    const { numbers, complaints } = await endMatch(lowDelay, session);
    expect(complaints).toBe('');
    expect(countFrameFaults(numbers.slice(0, numbers.length - reordered))).toMatchObject(WHOLE);
    await endMatch(byFragments, other);
  },
);

/** Milliseconds of a core per second that the FFmpeg of a part has used over its life. */
async function spentBy(folder: string): Promise<number> {
  const { process, beganMonotonicMs } = await readPart(folder);
  const seconds = findCpuSeconds(process.pid);
  if (seconds === undefined) throw new Error('expected an FFmpeg that runs');
  return (seconds * 1_000) / ((clock.monotonicMs() - beganMonotonicMs) / 1_000);
}

const holders: ChildProcess[] = [];
afterAll(() => {
  for (const holder of holders) holder.kill('SIGKILL');
});

/** A program that has the port and reads nothing. */
async function holdPort(host: string, port: number): Promise<{ release: () => Promise<void> }> {
  const script = `
    const socket = require('node:dgram').createSocket('udp4');
    socket.bind(${String(port)}, '${host}', () => {
      require('node:fs').writeSync(1, 'held');
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    });`;
  const holder = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  holders.push(holder);
  const ended = once(holder, 'close');
  await once(holder.stdout, 'data');
  return {
    async release() {
      holder.kill('SIGKILL');
      await ended;
    },
  };
}

test.concurrent(
  'no frame is missing where nobody listens and where a program that reads nothing has the port; a new daemon takes the same port up',
  async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'padelvar-low-delay-'));
    const memoryFolder = await mkdtemp('/dev/shm/padelvar-low-delay-');
    const addresses = [courtOf(4).address];
    const device = startDevice({
      ...{ dataDir, memoryFolder, addresses },
      ffmpegPath: TEST_FFMPEG,
      lowDelay: true,
    });
    const sessionId = 'sess_club_c1_1700000000';
    const folder = join(dataDir, 'videos', 'club', sessionId);
    const grows = async (): Promise<void> => {
      const bytes = statSync(join(folder, 'part-1.mp4')).size;
      await lowDelay.until('more bytes', () => statSync(join(folder, 'part-1.mp4')).size > bytes + 200_000);
    };
    const isRecording = (): Promise<void> =>
      device.until('a recording', ([report]) => report?.recording?.growing === true);
    try {
      const requestedAt = Date.now();
      const recording = { requestedAt, startDeadlineAt: requestedAt + 60_000, durationSeconds: 600 };
      const session = { sessionId, courtId: 'c1', openDeadlineAt: requestedAt + 60_000, recording };
      device.want([session]);
      await isRecording();
      const port = await portOf(folder);
      const watching = await watchLowDelay(streamOf(device.portOf(sessionId)), port);
      await device.kill();
      await watching.leave();
      expect(isRead(port)).toBe(false);
      await grows();

      const holder = await holdPort(READER_HOST, port);
      device.restart();
      await isRecording();
      const without = await watchStream(streamOf(device.portOf(sessionId)));
      await without.until(5);
      expect(isRead(port)).toBe(false);
      await without.leave();
      await grows();
      await holder.release();

      const again = await watchLowDelay(streamOf(device.portOf(sessionId)), port);
      await again.until(5);
      await again.leave();
      expect(existsSync(join(folder, 'part-2.mp4'))).toBe(false);
      device.want([
        { ...session, recording: { ...recording, stop: { requestedAt: Date.now(), reason: 'player' } } },
      ]);
      await device.until('the movie', ([report]) => report?.state === 'complete');
      const movie = join(dataDir, 'videos', 'club', `${sessionId}.mp4`);
      await lowDelay.until('the final file', () => existsSync(movie));
      expect(await inspectMovie(movie, simulator.clip)).toMatchObject({ ...WHOLE, complaints: '' });
    } finally {
      await device.close();
      await Promise.all([dataDir, memoryFolder].map((path) => rm(path, { recursive: true, force: true })));
    }
  },
);

test.concurrent(
  'a court records and is watched where FFmpeg can’t open the output at all, and has it once it can',
  async () => {
    const sessionId = await beginMatch(lowDelay, 'c5');
    const folder = lowDelay.folder(sessionId);
    const port = await portOf(folder);
    await courtOf(5).setFault({ fault: 'refuse' });
    const { process } = await readPart(folder);
    await lowDelay.until('the end of its FFmpeg', () => findCpuSeconds(process.pid) === undefined);
    const holder = await holdPort(SENDER_HOST, port);
    await courtOf(5).setFault({ fault: 'none' });
    await lowDelay.until('another part', () => existsSync(join(folder, 'part-2.mp4')));
    expect(await portOf(folder, 2)).toBe(port);
    const watching = await watchStream(streamOf(lowDelay.get(sessionId).port));
    await watching.until(2 * PICTURES);
    expect(rateOf(watching.pictures.slice(PICTURES))).toBeGreaterThan(4);
    await watching.leave();
    await holder.release();
    const heard = Promise.withResolvers<Buffer>();
    const reader = await openDatagramReader(port, heard.resolve, heard.reject);
    expect((await heard.promise).byteLength).toBeGreaterThan(0);
    reader.close();
    expect(existsSync(join(folder, 'part-3.mp4'))).toBe(false);
    await endMatch(lowDelay, sessionId);
    expect(lowDelay.get(sessionId).report.recording?.gaps).toHaveLength(1);
  },
);

test.concurrent('a session that takes a warm court over reads where its FFmpeg sends already', async () => {
  const states: unknown[] = [];
  const lab = await openMatchLab([courtOf(6)], {
    ...{ warm: true, lowDelay: true },
    onCamera: (_courtId, reason) => void states.push(reason),
  });
  try {
    await lab.until('a warm court', () => states.includes(undefined));
    const folder = join(lab.dataDir, 'videos', 'club');
    const [name] = (await readdir(folder)).filter((one) => one.startsWith('warm_'));
    const port = await portOf(join(folder, name ?? ''));
    const sessionId = lab.open('c1');
    await lab.reaches(sessionId, 'created');
    expect(await portOf(lab.folder(sessionId))).toBe(port);
    const watchOnce = async (): Promise<{ ms: number }> => {
      const watching = await watchLowDelay(streamOf(lab.get(sessionId).port), port);
      await watching.until(PICTURES);
      await watching.leave();
      return { ms: medianOf(await measureDelays(watching.pictures, courtOf(6))) };
    };
    const { ms } = await findFastest(watchOnce, { promisedMs: PROMISED_MS, mostTries: 5 });
    expect(ms).toBeLessThan(PROMISED_MS + lateness.allowanceMs());
  } finally {
    await lab.dispose();
  }
});
