/** The order in which a recording is put onto the disk: no step before what it relies on, and no sync that nothing needs. */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock as clock } from '../src/base/clock.ts';
import { recordingPaths } from '../src/recording/folder.ts';
import type { RecordingPaths } from '../src/recording/folder.ts';
import { openLeftParts } from '../src/recording/left-parts.ts';
import { findLeftRecordings } from '../src/recording/recover.ts';
import { openRecording } from '../src/recording/recording.ts';
import { removeRecording } from '../src/recording/remove.ts';
import { tellFigures } from './support/figures.ts';
import { LEFT_SESSION, leaveRecording } from './support/left-recording.ts';
import { watchDisk } from './support/watch-disk.ts';
import type { DiskWatch } from './support/watch-disk.ts';

const H264 = ['-c:v', 'libx264', '-preset', 'ultrafast'];
const H265 = ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=none', '-tag:v', 'hvc1'];
const KINDS = {
  'in one part': { parts: 1 },
  'in two parts': { parts: 2 },
  'in two codecs': { parts: 2, laterEncoder: H265 },
};
const finished = 'once finished';
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'padelvar-sync-'));
  const make = async ([name, kind]: [string, object]): Promise<void> => {
    const options = { encoder: H264, headerRoomBytes: 65_536, frames: 60, parts: 1, ...kind };
    await (await leaveRecording({ ...options, dataDir: join(folder, name) })).close();
  };
  for (const kind of Object.entries(KINDS)) await make(kind);
  await cp(join(folder, 'in two codecs'), join(folder, finished), { recursive: true });
  await stopAndFinish(join(folder, finished));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function stopAndFinish(dataDir: string): Promise<void> {
  const [left] = await findLeftRecordings(dataDir, () => undefined);
  if (left?.start === undefined) throw new Error('expected a recording');
  const parts = await openLeftParts(left.paths.folder, clock);
  const recording = openRecording(left.paths, left.start, () => parts.parts, clock);
  await recording.markStop({ reason: 'player', elapsedMs: 2_000 });
  await recording.finalise();
  await recording.settle();
  await parts.close();
}

/** Does it with a copy of that recording; `skipSync` leaves one sync out. */
async function watched(
  name: string,
  act: (dataDir: string, paths: RecordingPaths) => Promise<void>,
  options: { removesForGood?: boolean; skipSync?: number } = {},
): Promise<Pick<DiskWatch, 'faults' | 'syncs'> & { unsynced: string[] }> {
  const dataDir = await mkdtemp(join(folder, 'copy-'));
  await cp(join(folder, name), dataDir, { recursive: true, preserveTimestamps: true });
  const paths = recordingPaths(dataDir, 'club', LEFT_SESSION);
  const watch = await watchDisk({ folder: dataDir, ...options });
  try {
    await act(dataDir, paths);
    return { faults: watch.faults, syncs: watch.syncs, unsynced: watch.unsynced() };
  } finally {
    watch.end();
  }
}

describe('a power cut between any two steps', () => {
  test.each([
    ...Object.keys(KINDS).map((name) => [`finishing a match ${name}`, name, stopAndFinish, {}] as const),
    [
      'removing one',
      finished,
      (_: string, paths: RecordingPaths) => removeRecording(paths),
      { removesForGood: true },
    ] as const,
  ])('of %s finds all that the later one relies on', async (what, name, act, options) => {
    const whole = await watched(name, act, options);
    expect(whole).toMatchObject({ faults: [], unsynced: [] });
    expect(whole.syncs).toBeGreaterThan(2);
    for (let skipSync = 0; skipSync < whole.syncs; skipSync += 1) {
      const { faults, unsynced } = await watched(name, act, { ...options, skipSync });
      expect({ skipSync, lost: [...faults, ...unsynced].length > 0 }).toEqual({ skipSync, lost: true });
    }
    tellFigures(`syncs of ${what}`, { syncs: whole.syncs, missed: whole.syncs });
  });
});
