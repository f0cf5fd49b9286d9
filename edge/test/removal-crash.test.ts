/** Power cuts and crashes while a recording is being removed: what is left after each step, taken up by the next daemon. */
import { cp, mkdtemp, readdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ReportedSession } from '@padelvar/shared/link';
import { systemClock as clock } from '../src/base/clock.ts';
import { silentLogger } from '../src/base/log.ts';
import { furtherMoviePath, recordingPaths } from '../src/recording/folder.ts';
import type { RecordingPaths } from '../src/recording/folder.ts';
import { removalSteps, removeRecording } from '../src/recording/remove.ts';
import { recoverSessions } from '../src/session/recover-sessions.ts';
import { tellFigures } from './support/figures.ts';
import { leaveRecording, LEFT_SESSION } from './support/left-recording.ts';

const OTHER_SESSION = 'sess_club_c2_1700000000';
const workplaces: string[] = [];
/** A data folder with two finished matches, one of them with a movie beside it. */
let finished: string;

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'padelvar-removal-'));
  workplaces.push(folder);
  return folder;
}

beforeAll(async () => {
  finished = await newFolder();
  const encoder = ['-c:v', 'libx264', '-preset', 'ultrafast'];
  const left = await leaveRecording({
    dataDir: finished,
    encoder,
    headerRoomBytes: 65_536,
    parts: 1,
    frames: 50,
  });
  await left.recording.finalise();
  await left.recording.settle();
  await left.close();
  const other = recordingPaths(finished, 'club', OTHER_SESSION);
  await cp(left.paths.folder, other.folder, { recursive: true });
  await cp(left.paths.movie, other.movie);
  await cp(left.paths.movie, furtherMoviePath(left.paths.movie, 2));
  await writeFile(`${furtherMoviePath(left.paths.movie, 3)}.new`, 'half');
});
afterAll(async () => {
  for (const folder of workplaces) await rm(folder, { recursive: true, force: true });
});

/** What a daemon that starts finds, told as sessions and as what errors its log has. */
async function takeUp(dataDir: string): Promise<{ reports: ReportedSession[]; errors: string[] }> {
  const reports: ReportedSession[] = [];
  const errors: string[] = [];
  const logger = Object.assign(Object.create(silentLogger) as typeof silentLogger, {
    error: (_facts: unknown, message: string) => errors.push(message),
  });
  const recovery = await recoverSessions({
    ...{ dataDir, memoryFolder: await newFolder(), clock, logger, courts: new Map() },
    recall: () => Promise.resolve(undefined),
    known: () => undefined,
    onRecovered: ({ report }) => reports.push(report),
    onNoRoom: (sessionId) => errors.push(sessionId),
  });
  await recovery.finished;
  return { reports, errors };
}

type Step = [name: string, step: (paths: RecordingPaths) => Promise<void>];

/** What each step of a removal leaves behind, its halves included. */
async function listSteps(paths: RecordingPaths): Promise<Step[]> {
  const removed = `${paths.folder}.removed`;
  const steps = removalSteps(paths);
  const run = (index: number) => () => steps[index]?.() ?? Promise.reject(new Error('expected a step'));
  const files = await readdir(paths.folder);
  return [
    ['renamed', run(0)],
    ['its movie', () => rm(paths.movie)],
    ['all movies', run(1)],
    ...files.map((name): Step => [name, () => rm(join(removed, name))]),
    ['an empty folder', () => Promise.resolve()],
    ['all of it', () => rmdir(removed)],
    ['the last step', run(2)],
  ];
}

test('a recording is gone after a crash at any step of its removal, and others stay', async () => {
  const workplace = await newFolder();
  await cp(finished, workplace, { recursive: true });
  const paths = recordingPaths(workplace, 'club', LEFT_SESSION);
  const steps = await listSteps(paths);
  const found: { name: string; sessions: string[]; errors: string[]; files: string[] }[] = [];
  for (const [name, step] of steps) {
    await step(paths);
    const left = await newFolder();
    await cp(workplace, left, { recursive: true });
    const { reports, errors } = await takeUp(left);
    const files = (await readdir(join(left, 'videos', 'club'))).sort();
    found.push({ name, sessions: reports.map(({ sessionId }) => sessionId), errors, files });
  }
  const isOfRemoved = (file: string): boolean => file.startsWith(LEFT_SESSION);
  const filesLeft = found.flatMap(({ files }) => files.filter(isOfRemoved)).length;
  tellFigures('crash at each step of a removal', { steps: steps.length, filesLeft });
  for (const one of found)
    expect(one).toMatchObject({
      ...{ sessions: [OTHER_SESSION], errors: [], files: [OTHER_SESSION, `${OTHER_SESSION}.mp4`] },
    });
});

test('before the first step all of it is there, and a removal may be asked for again and again', async () => {
  const workplace = await newFolder();
  await cp(finished, workplace, { recursive: true });
  expect((await takeUp(workplace)).reports.map(({ sessionId }) => sessionId).sort()).toEqual([
    LEFT_SESSION,
    OTHER_SESSION,
  ]);
  const paths = recordingPaths(workplace, 'club', LEFT_SESSION);
  for (let time = 1; time <= 2; time += 1) await removeRecording(paths);
  await removeRecording(recordingPaths(workplace, 'nobody', 'sess_nobody_c1_1700000000'));
  expect((await readdir(join(workplace, 'videos', 'club'))).sort()).toEqual([
    OTHER_SESSION,
    `${OTHER_SESSION}.mp4`,
  ]);
});

test('a folder whose movie is gone is no match that could be watched [frigate 1874]', async () => {
  const workplace = await newFolder();
  await cp(finished, workplace, { recursive: true });
  const { movie, folder } = recordingPaths(workplace, 'club', LEFT_SESSION);
  await rm(movie);
  const { reports, errors } = await takeUp(workplace);
  expect(reports.map(({ sessionId }) => sessionId)).toEqual([OTHER_SESSION]);
  expect(errors).toEqual(['recording could not be recovered; its folder stays']);
  expect(await readdir(folder)).toContain('movie.json');
});
