/**
 * Failures that other recorders had in the field, each by repository and number. What concerns the recorder and has its
 * test elsewhere:
 * - motion 1619, srs 1292 (a hard reboot makes the file unreadable): power-cut, recording-crash;
 * - ZoneMinder 2028, mediamtx 5411, frigate 3122, 7634, 4087, moonfire-nvr 184: camera-trouble;
 * - mediamtx 4674, scrypted 2115, frigate 23999 (one dead camera, memory): camera-trouble-attempts, -neighbours;
 * - go2rtc 814, 907, 1390 (zombies, ghosts, ports held): processes, interleavings;
 * - moonfire-nvr 9, frigate 4270, 8376 (a wall clock that is set, daylight saving): time-steps;
 * - mediamtx 5550, PR 5984 (a camera's clock that drifts or jumps): time-camera-clock;
 * - go2rtc PR 2308, frigate's documentation (silent sound, G.711): recording/assemble-sound, codecs-sound;
 * - obs-source-record 84, frigate's documentation (full disk, folder not mounted): disk; mediamtx 6160: ingest/log-copy;
 * - ant-media 2030 (what was open at a restart is never finished): session-restart;
 * - Trace help (the picture is black or frozen and nobody knows): picture-trouble;
 * - nvr.scrypted.app 21, Shinobi 71 (deletes what it should keep): upload/retention-plan.
 */
import { existsSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock as clock } from '../src/base/clock.ts';
import type { SimulatedCourt } from '../src/simulate/court.ts';
import type { Simulator } from '../src/simulate/simulator.ts';
import { inspectMovie, openMatchLab } from './support/match-lab.ts';
import type { MatchLab } from './support/match-lab.ts';
import { SMALL_CLIP, startTestCourts } from './support/test-courts.ts';
import { beginMatch, NO_FLAWS } from './support/trouble-lab.ts';
import type { MatchOptions } from './support/trouble-lab.ts';

let simulator: Simulator;

beforeAll(async () => {
  simulator = await startTestCourts(
    Array.from({ length: 8 }, () => ({ kind: 'rtsp' })),
    SMALL_CLIP,
  );
});

afterAll(() => simulator.close());

function courtOf(number: number): SimulatedCourt {
  const court = simulator.courts[number];
  if (court === undefined) throw new Error('expected a court');
  return court;
}

/** A data folder of its own; its courts c1, c2, … are the simulator's of those numbers. */
async function withLab(numbers: readonly number[], use: (lab: MatchLab) => Promise<void>): Promise<void> {
  const lab = await openMatchLab(numbers.map(courtOf));
  try {
    await use(lab);
  } finally {
    await lab.dispose();
  }
}

const matchOf = (lab: MatchLab, number: number, ms: number, courtId = 'c1'): MatchOptions => ({
  ...{ lab, courtId, court: courtOf(number), clip: simulator.clip, ms },
});

test.concurrent('one damaged recording hides no other [mediamtx PR 4538]', () =>
  withLab([0, 1], async (lab) => {
    const [damaged, whole] = await Promise.all([
      beginMatch(matchOf(lab, 0, 1_500)),
      beginMatch(matchOf(lab, 1, 1_500, 'c2')),
    ]);
    await lab.release();
    const folder = lab.folder(damaged.sessionId);
    for (const name of await readdir(folder)) await writeFile(join(folder, name), Buffer.alloc(4_096));
    await lab.takeUp();
    // Its FFmpeg is not left to itself.
    await lab.until('the camera to be let go', () => courtOf(0).connections() === 0);
    await lab.records(whole.sessionId, 500);
    const movie = await whole.finish();
    expect(movie).toMatchObject({ flaws: NO_FLAWS, gaps: [] });
    lab.stop(damaged.sessionId);
    await lab.until('an end of the damaged one', () => !lab.manager.hasOpen());
  }),
);

test.concurrent('a session that was closed while its camera was away never asks it again [go2rtc 2403]', () =>
  withLab([2], async (lab) => {
    const sessionId = lab.open('c1');
    await lab.reaches(sessionId, 'created');
    await courtOf(2).setFault({ fault: 'refuse' });
    await lab.until('the camera to be missed', () => courtOf(2).connections() === 0);
    await clock.sleep(1_500);
    lab.close(sessionId);
    await lab.reaches(sessionId, 'complete');
    const asked = courtOf(2).answers('OPTIONS', 200) + courtOf(2).answers('DESCRIBE', 200);
    await courtOf(2).setFault({ fault: 'none' });
    await clock.sleep(2_500);
    expect(courtOf(2).connections()).toBe(0);
    expect(courtOf(2).answers('OPTIONS', 200) + courtOf(2).answers('DESCRIBE', 200)).toBe(asked);
  }),
);

test.concurrent('a movie begins with a keyframe, wherever its camera was joined [iSpy 294]', () =>
  withLab([3], async (lab) => {
    const { gopFrames } = simulator.clip;
    const placeInGop = (): number => (courtOf(3).framesSent().at(-1)?.number ?? 0) % gopFrames;
    const watcher = await beginMatch(matchOf(lab, 3, 0));
    await lab.until('the middle of a GOP', () => placeInGop() > 20 && placeInGop() < 30);
    await courtOf(3).setFault({ fault: 'drop' });
    await lab.records(watcher.sessionId, 3_000);
    const { frames, flaws } = await watcher.finish();
    expect(flaws).toEqual(NO_FLAWS);
    expect((frames[0]?.index ?? 1) % gopFrames).toBe(0);
    const back = frames.find(({ index }, position) => index > (frames[position - 1]?.index ?? Infinity) + 1);
    expect((back?.index ?? 1) % gopFrames).toBe(0);
  }),
);

test.concurrent(
  'a stop that was forgotten comes by itself, its movie is kept and its court free [audio-guestbook 3, audiolab 403]',
  () =>
    withLab([4], async (lab) => {
      const forgotten = lab.open('c1');
      await lab.reaches(forgotten, 'created');
      lab.start(forgotten, 4);
      await lab.reaches(forgotten, 'complete');
      await lab.until('the final file', () => existsSync(lab.moviePath(forgotten)));
      expect(lab.get(forgotten).report.reason).toBe('duration');
      const movie = await inspectMovie(lab.moviePath(forgotten), simulator.clip);
      expect(movie).toMatchObject({ missing: 0, complaints: '' });
      const next = await beginMatch(matchOf(lab, 4, 500));
      expect((await next.finish()).flaws).toEqual(NO_FLAWS);
    }),
);

test.concurrent(
  'a camera that is connected and sends nothing is never said to be recorded [frigate 2347, 15104, openfollow 128]',
  () =>
    withLab([5], async (lab) => {
      const sessionId = lab.open('c1');
      await lab.reaches(sessionId, 'created');
      await courtOf(5).setFault({ fault: 'silence' });
      const silentMs = clock.monotonicMs();
      await lab.until('what it sent before to be old', () => clock.monotonicMs() - silentMs > 4_000);
      lab.start(sessionId);
      await lab.until('the mark', () => lab.get(sessionId).report.recording !== undefined);
      const states = new Set<string>();
      const fromMs = clock.monotonicMs();
      await lab.until('some attempts', () => {
        const { state, recording } = lab.get(sessionId).report;
        states.add(`${state}, growing: ${String(recording?.growing)}, ${String(recording?.bytes)} bytes`);
        return clock.monotonicMs() - fromMs > 5_000 && courtOf(5).answers('PLAY', 200) > 1;
      });
      expect([...states]).toEqual(['starting, growing: false, 0 bytes']);
      // The recording finds its first part after a restart too, whatever was given up before it.
      await lab.restart();
      await courtOf(5).setFault({ fault: 'none' });
      await lab.records(sessionId, 500);
    }),
);

test.concurrent('matches back to back on one court share no frame', () =>
  withLab([6], async (lab) => {
    const first = await (await beginMatch(matchOf(lab, 6, 2_000))).finish();
    const second = await (await beginMatch(matchOf(lab, 6, 1_500))).finish();
    expect([first.flaws, second.flaws]).toEqual([NO_FLAWS, NO_FLAWS]);
    const last = first.frames.at(-1)?.index ?? Infinity;
    expect(Math.min(...second.frames.map(({ index }) => index))).toBeGreaterThan(last);
  }),
);
