/** Power cuts and crashes while a movie is being made: the folder as it is left after each step, recovered on its own. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, open, readFile, readdir, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock as clock } from '../src/base/clock.ts';
import { punchHole } from '../src/base/punch-hole.ts';
import { loadPartRecords, partPath, savePartRecord } from '../src/ingest/part.ts';
import { findRecord, saveRecord } from '../src/recording/folder.ts';
import type { MovieFile } from '../src/recording/folder.ts';
import { endLeftIngest } from '../src/recording/left-parts.ts';
import { findLeftRecordings, recoverRecording } from '../src/recording/recover.ts';
import type { RecoveredMovie } from '../src/recording/recover.ts';
import type { Simulator } from '../src/simulate/simulator.ts';
import { openMatchLab } from './support/match-lab.ts';
import type { MatchLab } from './support/match-lab.ts';
import { moveToEarlierBoot } from './support/power-cut.ts';
import { SMALL_CLIP, startTestCourts, TEST_FFMPEG } from './support/test-courts.ts';

const run = promisify(execFile);
const workplaces: string[] = [];
let simulator: Simulator;
let lab: MatchLab;
/** Data folders as a daemon left them that was killed while one match, in one part or in two, was under way. */
let inOnePart: string;
let inTwoParts: string;

beforeAll(async () => {
  simulator = await startTestCourts([{ kind: 'rtsp' }, { kind: 'rtsp' }], SMALL_CLIP);
  lab = await openMatchLab(simulator.courts);
  const [one, two] = [lab.open('c1'), lab.open('c2')];
  await Promise.all([lab.reaches(one, 'created'), lab.reaches(two, 'created')]);
  // Pictures from before the start, which must not be found again.
  await clock.sleep(2_500);
  lab.start(one);
  lab.start(two);
  await Promise.all([lab.records(one, 1_500), lab.records(two, 1_500)]);
  await simulator.courts[1]?.setFault({ fault: 'drop' });
  await lab.until('a second part', () => lab.get(two).report.recording?.gaps.length === 1);
  await lab.records(two, 1_000);
  await lab.release();
  for (const sessionId of [one, two]) await endLeftIngest(lab.folder(sessionId), clock);
  [inOnePart, inTwoParts] = [await leave(one), await leave(two)];
});

afterAll(async () => {
  await lab.takeUp();
  await lab.dispose();
  await simulator.close();
  for (const folder of workplaces) await rm(folder, { recursive: true, force: true });
});

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'padelvar-crash-'));
  workplaces.push(folder);
  return folder;
}

async function leave(sessionId: string): Promise<string> {
  const dataDir = await newFolder();
  await cp(lab.folder(sessionId), join(dataDir, 'videos', 'club', sessionId), {
    recursive: true,
    preserveTimestamps: true,
  });
  return dataDir;
}

async function copyOf(dataDir: string): Promise<{ dataDir: string; folder: string; movie: string }> {
  const copy = await newFolder();
  await cp(dataDir, copy, { recursive: true, preserveTimestamps: true });
  const club = join(copy, 'videos', 'club');
  const [sessionId] = (await readdir(club)).filter((name) => !name.endsWith('.mp4'));
  const folder = join(club, sessionId ?? '');
  return { dataDir: copy, folder, movie: `${folder}.mp4` };
}

async function recover(dataDir: string): Promise<RecoveredMovie> {
  const [left] = await findLeftRecordings(dataDir, (_folder, error) => {
    throw error;
  });
  if (left === undefined) throw new Error('expected a recording');
  const recovered = await recoverRecording(left, 'crash_recovered', clock);
  if (recovered === undefined) throw new Error('expected a movie');
  return recovered;
}

/** Every packet with its time stamps and checksum, as FFmpeg reads them. */
async function packetsOf(path: string): Promise<string> {
  const { stdout } = await run(
    TEST_FFMPEG,
    ['-v', 'error', '-i', path, '-c', 'copy', '-f', 'framemd5', '-'],
    {
      maxBuffer: 1e8,
    },
  );
  return stdout
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n');
}

interface Finished {
  movie: MovieFile;
  bytes: Buffer;
  packets: string;
  /** The folder before its last records were written. */
  header: Buffer;
}

async function finish(dataDir: string): Promise<Finished> {
  const { folder, movie: path, dataDir: copy } = await copyOf(dataDir);
  const { movie } = await recover(copy);
  const packets = await packetsOf(path);
  return { movie, packets, bytes: await readFile(path), header: await readFile(join(folder, 'header.bin')) };
}

async function expectSame(dataDir: string, expected: Finished): Promise<void> {
  const { view, movie } = await recover(dataDir);
  const { movie: path, folder } = (await findLeftRecordings(dataDir, () => undefined))[0]?.paths ?? {
    ...{ movie: '', folder: '' },
  };
  expect(await packetsOf(path)).toBe(expected.packets);
  expect({ ...movie, pieces: [] }).toEqual({ ...expected.movie, pieces: [] });
  expect(await view.read(0, movie.totalBytes)).toHaveLength(movie.totalBytes);
  expect((await readdir(folder)).filter((name) => name.startsWith('part-'))).toEqual([]);
  // Once more: what is finished stays finished.
  expect((await recover(dataDir)).movie).toEqual(movie);
}

/** After a crash, and once the index was made, after a reboot too: before it the end of a part is not trusted. */
async function expectSameAfter(step: string, dataDir: string, expected: Finished): Promise<void> {
  const [crashed, rebooted] = [await copyOf(dataDir), await copyOf(dataDir)];
  for (const name of await readdir(rebooted.folder))
    if (/^(?:part-\d+|start)\.json$/.test(name)) moveToEarlierBoot(join(rebooted.folder, name));
  const hasIndex = existsSync(join(rebooted.folder, 'movie.json'));
  try {
    await expectSame(crashed.dataDir, expected);
    if (hasIndex) await expectSame(rebooted.dataDir, expected);
  } catch (error) {
    throw new Error(`after: ${step}`, { cause: error });
  }
}

function zeroFrom(bytes: Buffer, from: number): Buffer {
  const torn = Buffer.from(bytes);
  torn.fill(0, from);
  return torn;
}

async function cutAt(path: string, from: number, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'r+');
  await file.write(bytes, 0, bytes.byteLength, from);
  await file.close();
}

test('a movie in one part is the same after a crash at any step', async () => {
  const whole = await finish(inOnePart);
  const [piece] = whole.movie.pieces;
  if (piece === undefined) throw new Error('expected a piece');
  const payloadEnd = piece.offset + piece.bytes;
  const indexBytes = whole.bytes.byteLength - payloadEnd;
  const moovAt = whole.bytes.indexOf('mdat') - 12 + 8;
  const headerMovie = { ...whole.movie, pieces: [{ ...piece, part: 1 }] };
  let part = '';
  const steps: [string, (folder: string, movie: string) => Promise<void>][] = [
    ['nothing but parts', () => Promise.resolve()],
    [
      'stop mark',
      (folder) => saveRecord(folder, 'stop.json', { reason: 'player', stoppedAtMs: clock.nowMs() }),
    ],
    [
      'header, half written',
      (folder) => writeFile(join(folder, 'header.bin.new'), whole.header.subarray(0, 99)),
    ],
    ['header', (folder) => writeFile(join(folder, 'header.bin'), whole.header)],
    ['movie record', (folder) => saveRecord(folder, 'movie.json', headerMovie)],
    [
      'part record',
      async (folder) => {
        const [record] = await loadPartRecords(folder);
        if (record === undefined) throw new Error('expected a part');
        await savePartRecord(folder, { ...record, trimmedTo: piece.offset });
      },
    ],
    ['hole', () => punchHole(part, moovAt + 700, piece.offset - moovAt - 700)],
    ['cut', () => truncate(part, payloadEnd)],
    ['half an index', () => cutAt(part, payloadEnd, whole.bytes.subarray(payloadEnd, payloadEnd + 500))],
    ['an index of zeros', () => cutAt(part, payloadEnd, Buffer.alloc(indexBytes))],
    ['an index of garbage', () => cutAt(part, payloadEnd, randomBytes(indexBytes))],
    [
      'half an index, then zeros',
      () => cutAt(part, payloadEnd, zeroFrom(whole.bytes.subarray(payloadEnd), 500)),
    ],
    [
      'half an index, then garbage',
      () => cutAt(part, payloadEnd + 500, randomBytes(Math.max(0, indexBytes - 500))),
    ],
    ['an index whose file did not grow', () => truncate(part, payloadEnd)],
    ['index', () => cutAt(part, payloadEnd, whole.bytes.subarray(payloadEnd))],
    ['sixteen bytes', () => cutAt(part, moovAt, whole.bytes.subarray(moovAt, moovAt + 16))],
    ['final name', (_folder, movie) => rename(part, movie)],
    [
      'final record, half written aside',
      (folder) => writeFile(join(folder, 'movie.json.new'), JSON.stringify(whole.movie).slice(0, 40)),
    ],
    ['final record', (folder) => saveRecord(folder, 'movie.json', whole.movie)],
  ];
  const { dataDir, folder, movie } = await copyOf(inOnePart);
  part = partPath(folder, 1);
  for (const [name, step] of steps) {
    await step(folder, movie);
    await expectSameAfter(name, dataDir, whole);
  }
});

test('a movie in two parts is the same after a crash at any step', async () => {
  const whole = await finish(inTwoParts);
  const { dataDir, folder, movie } = await copyOf(inTwoParts);
  expect(whole.movie.gaps).toHaveLength(1);
  const steps: [string, () => Promise<void>][] = [
    ['nothing but parts', () => Promise.resolve()],
    ['half a join', () => writeFile(`${movie}.new`, whole.bytes.subarray(0, 100_000))],
    ['a join of zeros', () => writeFile(`${movie}.new`, Buffer.alloc(whole.bytes.byteLength))],
    ['a join of garbage', () => writeFile(`${movie}.new`, randomBytes(whole.bytes.byteLength))],
    ['a join that is longer', () => writeFile(`${movie}.new`, Buffer.alloc(whole.bytes.byteLength + 9_999))],
    ['join', () => writeFile(movie, whole.bytes)],
    ['final record', () => saveRecord(folder, 'movie.json', whole.movie)],
    ['header', () => writeFile(join(folder, 'header.bin'), whole.header)],
    ['one part removed', () => rm(partPath(folder, 1))],
  ];
  // The record comes after the header: the order of writing is tried as it is.
  const order = [0, 1, 2, 3, 4, 5, 7, 6, 8].map((index) => steps[index] ?? steps[0]);
  for (const step of order) {
    await step?.[1]();
    await expectSameAfter(step?.[0] ?? '', dataDir, whole);
  }
});

test('frames from before the start are in no byte of the movie', async () => {
  const { folder, movie } = await copyOf(inOnePart);
  const mark = await findRecord(folder, 'start.json');
  expect(mark?.offset).toBeGreaterThan(50_000);
  const whole = await finish(inOnePart);
  const before = whole.bytes.subarray(2_000, mark?.offset);
  expect(before.every((byte) => byte === 0)).toBe(true);
  expect(movie).toContain('sess_club_c1');
});

test.each([
  ['a torn tail', async (path: string) => truncate(path, (await readFile(path)).byteLength - 7_000)],
  [
    'a tail of zeros',
    (path: string) => readFile(path).then((bytes) => cutAt(path, bytes.byteLength, Buffer.alloc(300_000))),
  ],
])('a part with %s is a movie up to its last whole fragment [mediamtx PR 4538]', async (_what, damage) => {
  const { dataDir, folder, movie } = await copyOf(inOnePart);
  await damage(partPath(folder, 1));
  const { movie: facts } = await recover(dataDir);
  const packets = (await packetsOf(movie)).trim().split('\n');
  expect(packets).toHaveLength(facts.frames);
  const whole = (await finish(inOnePart)).movie;
  expect(whole.frames - facts.frames).toBeLessThan(25);
});

test('a part without its record, or with one that is no JSON, is still a match', async () => {
  const whole = await finish(inTwoParts);
  const { dataDir, folder, movie } = await copyOf(inTwoParts);
  await rm(join(folder, 'part-1.json'));
  await writeFile(join(folder, 'part-2.json'), '{');
  const { movie: facts } = await recover(dataDir);
  expect(facts.frames).toBe(whole.movie.frames);
  expect(facts.gaps).toHaveLength(1);
  expect(Math.abs(facts.durationMs - whole.movie.durationMs)).toBeLessThan(1_500);
  expect((await packetsOf(movie)).trim().split('\n')).toHaveLength(facts.frames);
});
