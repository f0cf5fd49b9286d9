import { existsSync } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../src/base/clock.ts';
import { findWriters } from '../src/ingest/find-writers.ts';
import { findEnd } from '../src/recording/find-end.ts';
import { saveRecord } from '../src/recording/folder.ts';
import { endLeftIngest, openLeftParts } from '../src/recording/left-parts.ts';
import type { Simulator } from '../src/simulate/simulator.ts';
import { measureLateness } from './support/machine-lateness.ts';
import { inspectMovie, openMatchLab } from './support/match-lab.ts';
import type { MatchLab, RestartOptions } from './support/match-lab.ts';
import { SMALL_CLIP, startTestCourts } from './support/test-courts.ts';

let simulator: Simulator;

beforeAll(async () => {
  const courts = ['mjpeg', ...Array.from({ length: 10 }, () => 'rtsp' as const)] as const;
  simulator = await startTestCourts(
    courts.map((kind) => ({ kind })),
    SMALL_CLIP,
  );
});

afterAll(() => simulator.close());

/** A data folder of its own; its courts c1, c2, … are the simulator's of those numbers. */
async function withLab(courts: readonly number[], use: (lab: MatchLab) => Promise<void>): Promise<void> {
  const lab = await openMatchLab(courts.flatMap((number) => simulator.courts[number] ?? []));
  try {
    await use(lab);
  } finally {
    await lab.dispose();
  }
}

async function beginMatch(lab: MatchLab, courtId: string, ms: number, seconds = 600): Promise<string> {
  const sessionId = lab.open(courtId);
  await lab.reaches(sessionId, 'created');
  lab.start(sessionId, seconds);
  await lab.records(sessionId, ms);
  return sessionId;
}

async function endMatch(lab: MatchLab, sessionId: string): Promise<Awaited<ReturnType<typeof inspectMovie>>> {
  lab.stop(sessionId);
  await lab.reaches(sessionId, 'complete');
  await lab.until('the final file', () => existsSync(lab.moviePath(sessionId)));
  return inspectMovie(lab.moviePath(sessionId), simulator.clip);
}

const FRAGMENT_MS = 480;
const FLAWLESS = { missing: 0, repeated: 0, reordered: 0, unreadable: 0, complaints: '' };

test.concurrent(
  'a daemon that restarts twice, once without its database, loses no frame of an RTSP court; an MJPEG court the restart time',
  () =>
    withLab([1, 2, 0], async (lab) => {
      const lateness = await measureLateness();
      const [rtsp, mjpeg] = await Promise.all([beginMatch(lab, 'c1', 2_000), beginMatch(lab, 'c3', 2_000)]);
      const idle = lab.open('c2');
      await lab.reaches(idle, 'created');
      const awayMs: number[] = [];
      for (const options of [{ pauseMs: 1_000 }, { withoutDatabase: true }] as RestartOptions[]) {
        const leftMs = systemClock.monotonicMs();
        await lab.restart(options);
        await lab.reaches(mjpeg, 'recording');
        awayMs.push(systemClock.monotonicMs() - leftMs);
        if (options.withoutDatabase !== true) await lab.reaches(idle, 'created');
        await Promise.all([lab.records(rtsp, 500), lab.records(mjpeg, 500)]);
      }
      const [movie, encoded] = await Promise.all([endMatch(lab, rtsp), endMatch(lab, mjpeg)]);
      expect(movie).toMatchObject(FLAWLESS);
      expect(lab.get(rtsp).report).toMatchObject({ reason: 'player', recording: { gaps: [] } });
      expect(encoded).toMatchObject({ complaints: '', reordered: 0, unreadable: 0 });
      const gaps = lab.get(mjpeg).report.recording?.gaps ?? [];
      // The encoder ends with its pictures: a restart that takes no longer than its last one lasts leaves no gap.
      expect(gaps.length).toBeGreaterThan(0);
      expect(gaps.length).toBeLessThanOrEqual(2);
      // What the encoder had not written yet is lost with it: half a second.
      const unwrittenMs = 500 + lateness.allowanceMs();
      await lateness.close();
      const lostMs = (encoded.missing * 1_000) / simulator.clip.fps;
      expect(lostMs).toBeLessThan(awayMs.reduce((total, ms) => total + ms, 0) + awayMs.length * unwrittenMs);
      for (const [index, { fromMs, toMs }] of gaps.entries())
        expect(toMs - fromMs).toBeLessThan((awayMs[index] ?? 0) + unwrittenMs);
    }),
);

test.concurrent('a match goes on though its camera is away when the daemon starts', () =>
  withLab([3], async (lab) => {
    const sessionId = await beginMatch(lab, 'c1', 2_000);
    await lab.release();
    await simulator.courts[3]?.setFault({ fault: 'refuse' });
    await lab.until('its FFmpeg to end', () => findWriters(lab.folder(sessionId)).size === 0);
    await lab.takeUp();
    await lab.until(
      'the recording to be waited for',
      () => lab.get(sessionId).report.recording !== undefined,
    );
    expect(lab.get(sessionId).report).toMatchObject({ state: 'starting', recording: { growing: false } });
    await simulator.courts[3]?.setFault({ fault: 'none' });
    await lab.records(sessionId, 1_500);
    const movie = await endMatch(lab, sessionId);
    expect(movie).toMatchObject({ repeated: 0, reordered: 0, unreadable: 0, complaints: '' });
    expect(lab.get(sessionId).report.recording?.gaps).toHaveLength(1);
  }),
);

test.concurrent('a match that is asked to last longer does, for the next daemon too', () =>
  withLab([1], async (lab) => {
    const sessionId = await beginMatch(lab, 'c1', 500, 600);
    const lasts = (): number | undefined => lab.get(sessionId).report.recording?.durationSeconds;
    lab.start(sessionId, 900);
    await lab.until('the recording to be longer', () => lasts() === 900);
    lab.start(sessionId, 300);
    await lab.restart({ withoutDatabase: true });
    await lab.records(sessionId, 500);
    expect(lasts()).toBe(900);
    expect(await endMatch(lab, sessionId)).toMatchObject(FLAWLESS);
  }),
);

test.concurrent('a match whose camera never comes back ends with what was recorded', () =>
  withLab([4], async (lab) => {
    const sessionId = await beginMatch(lab, 'c1', 2_000);
    await lab.release();
    await simulator.courts[4]?.setFault({ fault: 'refuse' });
    await lab.takeUp();
    expect(await endMatch(lab, sessionId)).toMatchObject(FLAWLESS);
  }),
);

test.concurrent(
  'what was over while no daemon ran is finished by the next, up to the mark or the hard stop [ant-media 2030]',
  () =>
    withLab([5, 6], async (lab) => {
      const lateness = await measureLateness();
      const [stopped, ranOut] = await Promise.all([
        beginMatch(lab, 'c1', 1_500),
        beginMatch(lab, 'c2', 1_000, 3),
      ]);
      await lab.release();
      const left = await openLeftParts(lab.folder(stopped), systemClock);
      const end = findEnd(left.parts, systemClock.monotonicMs());
      const recordedMs = (end?.untilMs ?? 0) + FRAGMENT_MS;
      await left.close();
      await saveRecord(lab.folder(stopped), 'stop.json', { reason: 'player', stoppedAtMs: Date.now(), end });
      await systemClock.sleep(3_000);
      await lab.takeUp();
      expect(lab.get(stopped).report).toMatchObject({ state: 'complete', reason: 'player' });
      expect(lab.get(ranOut).report).toMatchObject({ state: 'complete', reason: 'duration' });
      const mostMs = 3_000 + 2_000 + 600 + lateness.allowanceMs();
      await lateness.close();
      expect(lab.get(ranOut).report.recording?.movie?.durationMs).toBeLessThan(mostMs);
      // FFmpeg filmed on for three seconds: what came later than on its way is not in the movie, nor behind it in its file.
      expect(lab.get(stopped).report.recording?.movie?.durationMs).toBeLessThanOrEqual(recordedMs);
      const { size } = await stat(lab.moviePath(stopped));
      expect(size).toBeLessThanOrEqual(lab.get(stopped).view?.finished()?.totalBytes ?? 0);
      for (const sessionId of [stopped, ranOut])
        expect(await inspectMovie(lab.moviePath(sessionId), simulator.clip)).toMatchObject(FLAWLESS);
      const endedAt = lab.manager.reports().map(({ sessionId }) => sessionId);
      await lab.restart({ withoutCameras: true });
      expect(lab.manager.reports().map(({ sessionId }) => sessionId)).toEqual(endedAt);
      expect(lab.get(stopped).view?.finished()?.totalBytes).toBeGreaterThan(0);
    }),
);

test.concurrent('a daemon that has lost database and document takes the match up without its portal', () =>
  withLab([8], async (lab) => {
    const sessionId = await beginMatch(lab, 'c1', 1_500);
    await lab.restart({ withoutDatabase: true, withoutDocument: true });
    await simulator.courts[8]?.setFault({ fault: 'drop' });
    await lab.until('the camera again', () => lab.get(sessionId).report.recording?.gaps.length === 1);
    await lab.records(sessionId, 1_000);
    const movie = await endMatch(lab, sessionId);
    expect(movie).toMatchObject({ repeated: 0, reordered: 0, unreadable: 0, complaints: '' });
    expect(lab.get(sessionId).report).toMatchObject({ reason: 'player', recording: { gaps: [{}] } });
  }),
);

test.concurrent('nothing waits for what is over: it is told to be stopping, and its movie comes', () =>
  withLab([9, 10], async (lab) => {
    const [over, running] = await Promise.all([beginMatch(lab, 'c1', 1_000), beginMatch(lab, 'c2', 1_000)]);
    await simulator.courts[9]?.setFault({ fault: 'drop' });
    await lab.until('a second part', () => lab.get(over).report.recording?.gaps.length === 1);
    await lab.release();
    await saveRecord(lab.folder(over), 'stop.json', { reason: 'player', stoppedAtMs: Date.now() });
    await lab.takeUp({ withoutWaiting: true });
    expect(lab.get(over).report).toMatchObject({ state: 'stopping', recording: { growing: false } });
    expect(['creating', 'starting', 'recording']).toContain(lab.get(running).report.state);
    await lab.until('the camera to be free', () => simulator.courts[9]?.connections() === 0);
    await lab.reaches(over, 'complete');
    expect(await inspectMovie(lab.moviePath(over), simulator.clip)).toMatchObject({ complaints: '' });
    await lab.reaches(lab.open('c1'), 'created');
    expect(await endMatch(lab, running)).toMatchObject(FLAWLESS);
  }),
);

test.concurrent('a session that left nothing on the disk frees its court', () =>
  withLab([7], async (lab) => {
    const sessionId = lab.open('c1');
    await lab.reaches(sessionId, 'created');
    await lab.release();
    await endLeftIngest(lab.folder(sessionId), systemClock);
    await rm(lab.folder(sessionId), { recursive: true });
    await lab.takeUp();
    expect(lab.get(sessionId).report).toMatchObject({ state: 'failed', reason: 'crash_recovered' });
    await lab.reaches(lab.open('c1'), 'created');
  }),
);
