/** More matches than a report has room for, and than a daemon remembers. */
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { openStore } from '../src/store/database.ts';
import { createSessionStore } from '../src/store/sessions.ts';
import { isLongRun, tellFigures } from './support/figures.ts';
import { collectGarbage, objectBytes } from './support/garbage.ts';
import { leaveMovie } from './support/leave-movies.ts';
import { openMatchLab } from './support/match-lab.ts';
import { SMALL_CLIP, startTestCourts } from './support/test-courts.ts';
import { createTinyRecorder } from './support/tiny-recorder.ts';

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function openDataDir(): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'padelvar-many-'));
  cleanUps.push(() => rm(dataDir, { recursive: true, force: true }));
  return dataDir;
}

test('of 150 matches that wait the portal hears of those that go up next, as of the newest', async () => {
  const dataDir = await openDataDir();
  const played = Array.from({ length: 150 }, (_, match) => `sess_club_c1_${String(1_700_000_000 + match)}`);
  for (const sessionId of played) await leaveMovie(dataDir, sessionId, 1_000);
  const lab = await openMatchLab([], { dataDir });
  cleanUps.push(() => lab.dispose());
  const told = lab.manager.nextReports().map(({ sessionId }) => sessionId);
  expect(told.slice(0, 40)).toEqual(played.slice(0, 40));
  expect(told).toEqual(expect.arrayContaining(played.slice(110)));
  expect(told).toHaveLength(100);

  // Stored, they make room: those behind them are next.
  for (const sessionId of played.slice(0, 30))
    lab.manager.noteUpload(sessionId, { sentBytes: 1_000, confirmed: true });
  const next = lab.manager.nextReports().map(({ sessionId }) => sessionId);
  expect(next.slice(0, 40)).toEqual(played.slice(30, 70));
});

describe('a daemon that runs for long', () => {
  const COURTS = 8;
  const WARM_UP = 120;
  const MATCHES = isLongRun ? 2_000 : 60;
  const MOST_GROWTH_MIB = 0.5;
  const REMEMBERED = 100;

  test(`${String(MATCHES)} matches that were played, stored and removed leave nothing behind`, async () => {
    const simulator = await startTestCourts([{ kind: 'rtsp' }], SMALL_CLIP);
    cleanUps.push(() => simulator.close());
    const recorder = await createTinyRecorder();
    cleanUps.push(() => recorder.dispose());
    const dataDir = await openDataDir();
    const [camera = ''] = simulator.courts.map(({ address }) => address);
    const lab = await openMatchLab(
      Array.from({ length: COURTS }, () => camera),
      { dataDir, ffmpegPath: recorder.path },
    );
    let played = 0;
    const playOne = async (courtId: string): Promise<void> => {
      played += 1;
      const sessionId = lab.open(courtId);
      await lab.reaches(sessionId, 'created');
      lab.start(sessionId);
      await lab.reaches(sessionId, 'recording');
      lab.stop(sessionId);
      await lab.reaches(sessionId, 'complete');
      await lab.until('its final name', () => existsSync(lab.moviePath(sessionId)));
      lab.manager.noteUpload(sessionId, { sentBytes: 1, confirmed: true });
      await lab.manager.deleteMovie(sessionId);
      lab.forget(sessionId);
    };
    const playUntil = (matches: number): Promise<unknown> =>
      Promise.all(
        Array.from({ length: COURTS }, async (_, court) => {
          while (played < matches) await playOne(`c${String(court + 1)}`);
        }),
      );
    const objectsMiB = async (): Promise<number> => {
      await collectGarbage();
      return objectBytes() / 1024 ** 2;
    };
    try {
      await playUntil(WARM_UP);
      const before = await objectsMiB();
      await playUntil(WARM_UP + MATCHES);
      const growthMiB = (await objectsMiB()) - before;
      tellFigures('a long series of matches', { matches: MATCHES, growthMiB });
      expect(growthMiB).toBeLessThan(MOST_GROWTH_MIB);
      expect(lab.manager.reports()).toHaveLength(REMEMBERED);
      const database = openStore(join(dataDir, 'edge.db'));
      expect(createSessionStore(database).list(10_000)).toHaveLength(REMEMBERED);
      database.close();
      expect(await readdir(join(dataDir, 'videos', 'club'))).toEqual([]);
    } finally {
      await lab.dispose();
    }
  }, 400_000);
});
