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
import { writeFileAtomic } from '../src/base/atomic-file.ts';
import { punchHole } from '../src/base/punch-hole.ts';
import { loadPartRecords, partPath, savePartRecord } from '../src/ingest/part.ts';
import { findRecord, FIRST_FURTHER, furtherMoviePath, saveRecord } from '../src/recording/folder.ts';
import type { MovieFile } from '../src/recording/folder.ts';
import { endLeftIngest, openLeftParts } from '../src/recording/left-parts.ts';
import { findLeftRecordings, recoverRecording } from '../src/recording/recover.ts';
import type { RecoveredMovie } from '../src/recording/recover.ts';
import { openRecording } from '../src/recording/recording.ts';
import type { Simulator } from '../src/simulate/simulator.ts';
import { tellFigures } from './support/figures.ts';
import { leaveRecording } from './support/left-recording.ts';
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
/** And of one in two parts whose camera was set to another codec in between. */
let inTwoCodecs: string;

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
  inTwoCodecs = await newFolder();
  const encode = (codec: string): string[] => ['-c:v', codec, '-preset', 'ultrafast'];
  const left = await leaveRecording({
    ...{ dataDir: inTwoCodecs, headerRoomBytes: 65_536, parts: 2, frames: 75 },
    ...{ encoder: encode('libx264'), laterEncoder: [...encode('libx265'), '-tag:v', 'hvc1'] },
  });
  await left.close();
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
  /** As its record is before the movie has its final name. */
  planned: MovieFile;
  bytes: Buffer;
  packets: string;
  files: Record<(typeof FILES)[number], Buffer>;
  /** What was recorded in another codec. */
  second: Buffer | undefined;
}

/** Beside the movie's record, and made before it. */
const FILES = ['init.mp4', 'index.json', 'header.bin'] as const;

async function readFiles(folder: string): Promise<Finished['files']> {
  const [init, index, header] = await Promise.all(FILES.map((name) => readFile(join(folder, name))));
  if (init === undefined || index === undefined || header === undefined) throw new Error('expected files');
  return { 'init.mp4': init, 'index.json': index, 'header.bin': header };
}

const readSecond = (movie: string): Promise<Buffer | undefined> =>
  readFile(furtherMoviePath(movie, FIRST_FURTHER)).catch(() => undefined);

/** Without a crash. */
async function finish(dataDir: string): Promise<Finished> {
  const { movie: path, dataDir: copy } = await copyOf(dataDir);
  const [left] = await findLeftRecordings(copy, () => undefined);
  if (left?.start === undefined) throw new Error('expected a recording');
  const leftParts = await openLeftParts(left.paths.folder, clock);
  const recording = openRecording(left.paths, left.start, () => leftParts.parts, clock);
  const planned = await recording.finalise();
  await recording.settle();
  await leftParts.close();
  return {
    ...{ movie: recording.movie ?? planned, planned, packets: await packetsOf(path) },
    ...{
      bytes: await readFile(path),
      files: await readFiles(left.paths.folder),
      second: await readSecond(path),
    },
  };
}

async function expectSame(dataDir: string, expected: Finished): Promise<void> {
  const { view, movie } = await recover(dataDir);
  const { movie: path, folder } = (await findLeftRecordings(dataDir, () => undefined))[0]?.paths ?? {
    ...{ movie: '', folder: '' },
  };
  expect(await packetsOf(path)).toBe(expected.packets);
  expect({ ...movie, pieces: [] }).toEqual({ ...expected.movie, pieces: [] });
  expect(await view.read(0, movie.totalBytes)).toHaveLength(movie.totalBytes);
  const files = await readFiles(folder);
  for (const name of FILES)
    expect({ name, isSame: files[name].equals(expected.files[name]) }).toEqual({ name, isSame: true });
  expect(await readSecond(path)).toEqual(expected.second);
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
    await Promise.all([
      expectSame(crashed.dataDir, expected),
      hasIndex ? expectSame(rebooted.dataDir, expected) : undefined,
    ]);
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

/** `place`: of the copy that is being finished. */
type Step = [name: string, step: (place: { folder: string; movie: string }) => Promise<void>];

/** What each file is while it is written aside: nothing, then half of it. */
function listHalves(name: string, bytes: string | Uint8Array): Step[] {
  const half = bytes.slice(0, bytes.length / 2);
  return ['', half].map((content, index) => [
    `${name}, ${index === 0 ? 'empty' : 'half written'} aside`,
    ({ folder }) => writeFile(join(folder, `${name}.new`), content),
  ]);
}

/** Steps 1 and 2 of finishing, as `edge/README.md` has them. */
function stepsToRecord({ files, planned }: Finished): Step[] {
  const mark = { reason: 'player', stoppedAtMs: clock.nowMs() } as const;
  return [
    ['nothing but parts', () => Promise.resolve()],
    ...listHalves('stop.json', JSON.stringify(mark)),
    ['stop mark', ({ folder }) => saveRecord(folder, 'stop.json', mark)],
    ...FILES.flatMap((name): Step[] => [
      ...listHalves(name, files[name]),
      [name, ({ folder }) => writeFileAtomic(join(folder, name), files[name])],
    ]),
    ...listHalves('movie.json', JSON.stringify(planned)),
    ['movie record', ({ folder }) => saveRecord(folder, 'movie.json', planned)],
  ];
}

/** Step 3 with one part. */
function stepsInPlace(whole: Finished): Step[] {
  const [piece] = whole.movie.pieces;
  if (piece === undefined) throw new Error('expected a piece');
  const payloadEnd = piece.offset + piece.bytes;
  const indexBytes = whole.bytes.byteLength - payloadEnd;
  const initBytes = whole.files['init.mp4'].byteLength;
  const moovAt = whole.bytes.indexOf('mdat') - 12 + 8;
  const write =
    (from: number, bytes: Uint8Array): Step[1] =>
    ({ folder }) =>
      cutAt(partPath(folder, 1), from, bytes);
  const cut: Step[1] = ({ folder }) => truncate(partPath(folder, 1), payloadEnd);
  const savePart: Step[1] = async ({ folder }) => {
    const [record] = await loadPartRecords(folder);
    if (record === undefined) throw new Error('expected a part');
    await savePartRecord(folder, { ...record, trimmedTo: piece.offset });
  };
  return [
    ['part record', savePart],
    ['hole', ({ folder }) => punchHole(partPath(folder, 1), initBytes, piece.offset - initBytes)],
    ['cut', cut],
    ['half an index', write(payloadEnd, whole.bytes.subarray(payloadEnd, payloadEnd + 500))],
    ['an index of zeros', write(payloadEnd, Buffer.alloc(indexBytes))],
    ['an index of garbage', write(payloadEnd, randomBytes(indexBytes))],
    ['half an index, then zeros', write(payloadEnd, zeroFrom(whole.bytes.subarray(payloadEnd), 500))],
    ['half an index, then garbage', write(payloadEnd + 500, randomBytes(Math.max(0, indexBytes - 500)))],
    ['an index whose file did not grow', cut],
    ['index', write(payloadEnd, whole.bytes.subarray(payloadEnd))],
    ['sixteen bytes', write(moovAt, whole.bytes.subarray(moovAt, moovAt + 16))],
    ['final name', ({ folder, movie }) => rename(partPath(folder, 1), movie)],
  ];
}

/** Step 3 with several parts. */
function stepsOfJoin({ bytes }: Finished): Step[] {
  const aside =
    (content: Uint8Array): Step[1] =>
    ({ movie }) =>
      writeFile(`${movie}.new`, content);
  return [
    ['half a join', aside(bytes.subarray(0, 100_000))],
    ['a join of zeros', aside(Buffer.alloc(bytes.byteLength))],
    ['a join of garbage', aside(randomBytes(bytes.byteLength))],
    ['a join that is longer', aside(Buffer.alloc(bytes.byteLength + 9_999))],
    ['a whole join', aside(bytes)],
    ['final name', ({ movie }) => rename(`${movie}.new`, movie)],
  ];
}

/** Step 5: before step 3. */
function stepsOfSecond({ second = Buffer.alloc(0), planned, movie: { further = [] } }: Finished): Step[] {
  const aside =
    (content: Uint8Array): Step[1] =>
    ({ movie }) =>
      writeFile(`${furtherMoviePath(movie, FIRST_FURTHER)}.new`, content);
  const named = { ...planned, further };
  return [
    ['an empty second movie aside', aside(Buffer.alloc(0))],
    ['half a second movie aside', aside(second.subarray(0, second.byteLength / 2))],
    ['a second movie of zeros aside', aside(Buffer.alloc(second.byteLength))],
    ['a second movie aside', aside(second)],
    [
      'second movie',
      ({ movie }) => {
        const path = furtherMoviePath(movie, FIRST_FURTHER);
        return rename(`${path}.new`, path);
      },
    ],
    ...listHalves('movie.json', JSON.stringify(named)),
    ['second movie named', ({ folder }) => saveRecord(folder, 'movie.json', named)],
  ];
}

/** Step 4. */
function lastSteps({ movie: final }: Finished, parts: readonly number[]): Step[] {
  return [
    ...listHalves('movie.json', JSON.stringify(final)),
    ['final record', ({ folder }) => saveRecord(folder, 'movie.json', final)],
    ...parts.flatMap((number): Step[] => [
      [`part ${String(number)} removed`, ({ folder }) => rm(partPath(folder, number), { force: true })],
      [
        `record of part ${String(number)} removed`,
        ({ folder }) => rm(join(folder, `part-${String(number)}.json`), { force: true }),
      ],
    ]),
  ];
}

async function crashAtEach(
  scenario: string,
  left: string,
  whole: Finished,
  steps: readonly Step[],
): Promise<void> {
  const { dataDir, folder, movie } = await copyOf(left);
  const failed: unknown[] = [];
  for (const [name, step] of steps) {
    await step({ folder, movie });
    await expectSameAfter(name, dataDir, whole).catch((error: unknown) => failed.push(error));
  }
  tellFigures(`crash at each step, ${scenario}`, { steps: steps.length, notTheSame: failed.length });
  if (failed.length > 0) throw failed[0];
}

/** Each step is a crash, a recovery and a movie to be read again. */
const TIMEOUT_MS = 240_000;

test.concurrent(
  'a movie in one part is the same after a crash at any step',
  async () => {
    const whole = await finish(inOnePart);
    await crashAtEach('one part', inOnePart, whole, [
      ...stepsToRecord(whole),
      ...stepsInPlace(whole),
      ...lastSteps(whole, [1]),
    ]);
  },
  TIMEOUT_MS,
);

test.concurrent(
  'a movie in two parts is the same after a crash at any step',
  async () => {
    const whole = await finish(inTwoParts);
    expect(whole.movie.gaps).toHaveLength(1);
    await crashAtEach('two parts joined', inTwoParts, whole, [
      ...stepsToRecord(whole),
      ...stepsOfJoin(whole),
      ...lastSteps(whole, [1, 2]),
    ]);
  },
  TIMEOUT_MS,
);

test.concurrent(
  'a movie and the one beside it, in another codec, are the same after a crash at any step',
  async () => {
    const whole = await finish(inTwoCodecs);
    expect(whole.movie.further).toMatchObject([{ number: FIRST_FURTHER, codec: 'hvc1' }]);
    expect(whole.second?.byteLength).toBe(whole.movie.further?.[0]?.bytes);
    await crashAtEach('two codecs', inTwoCodecs, whole, [
      ...stepsToRecord(whole),
      ...stepsOfSecond(whole),
      ...stepsInPlace(whole),
      ...lastSteps(whole, [1, 2]),
    ]);
  },
  TIMEOUT_MS,
);

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
