/** Clocks that are off: a camera's that runs slow, and a machine's that is set in the middle of a match. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createPartIndex, planFragments, writeInit } from '../../test/support/synthetic-part.ts';
import { systemClock as clock } from '../base/clock.ts';
import { readBootId } from '../base/child-process.ts';
import type { ClockDrift } from '../ingest/clock-drift.ts';
import { createPartRecord } from '../ingest/part.ts';
import { clipRunning } from './clip-source.ts';
import { cutClip, endOf } from './clip.ts';
import { createRecordingFolder, findRecord, recordingPaths } from './folder.ts';
import type { RecordingPaths } from './folder.ts';
import type { RecordedPart } from './recorded-part.ts';
import { beginRecording, openRecording } from './recording.ts';
import type { Recording } from './recording.ts';

const SESSION = { sessionId: 'sess_north_one_1767225600', clubId: 'north', courtId: 'one' };
const MINUTES = 20;
const FRAGMENTS = (MINUTES * 60 * 25) / 12;
const OWN_MS = MINUTES * 60_000;
/** Stamped by a clock that loses 2 s in those minutes. */
const SLOW: ClockDrift = { fromMs: 0, fromLagMs: 5, toMs: OWN_MS, toLagMs: 2_005 };

async function createPaths(): Promise<RecordingPaths> {
  const dataDir = await mkdtemp(join(tmpdir(), 'padelvar-clock-'));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  const paths = recordingPaths(dataDir, SESSION.clubId, SESSION.sessionId);
  await createRecordingFolder(paths);
  return paths;
}

/** Two parts, the second a minute after the end of the first; `drift` as it is known by now. */
async function openRunning(drift: () => ClockDrift | undefined): Promise<Recording> {
  const paths = await createPaths();
  const parts = [1, 2].map((number): RecordedPart => {
    const beganMonotonicMs = 1 + (number - 1) * (OWN_MS + 2_000 + 60_000);
    const { init, fragments } = createPartIndex(number, beganMonotonicMs, planFragments(FRAGMENTS));
    const process = { pid: 1, bootId: readBootId(), startTicks: 1 };
    const record = { ...createPartRecord(number, process), bootId: readBootId(), beganMonotonicMs };
    const read = (offset: number, length: number): Promise<Buffer> =>
      Promise.resolve(Buffer.from(writeInit()).subarray(offset, offset + length));
    return {
      ...{ record, init, fragments, growing: number === 2, read },
      get drift() {
        return drift();
      },
    };
  });
  const began = { bootId: readBootId(), startedMonotonicMs: 1, startedAtMs: 1_767_225_600_000 };
  const mark = { ...SESSION, ...began, part: 1, offset: 0, durationSeconds: 4 * 3_600 };
  return openRecording(paths, mark, () => parts, clock);
}

test('what is known of a clock by now holds for clips and gaps of a running recording, as for its movie', async () => {
  const known: { drift?: ClockDrift } = {};
  const recording = await openRunning(() => known.drift);
  const running = () => clipRunning(recording.view, recording.tracks());
  expect(endOf(running())).toBe(2 * OWN_MS + 62_000);
  expect(recording.gaps()).toMatchObject([{ fromMs: OWN_MS, toMs: OWN_MS + 62_000 }]);

  known.drift = SLOW;
  const endMs = endOf(running());
  const gaps = recording.gaps();
  expect(Math.abs(endMs - (2 * OWN_MS + 64_000))).toBeLessThan(1);
  expect(gaps).toMatchObject([{ fromMs: OWN_MS + 2_000, toMs: OWN_MS + 62_000 }]);
  expect(() => cutClip(running(), endMs - 500, endMs)).not.toThrow();
  expect(() => cutClip(running(), endMs + 1, endMs + 500)).toThrow('a time within the recording');

  const movie = await recording.finalise();
  expect(movie.durationMs).toBe(Math.round(endMs));
  expect(movie.gaps).toEqual(gaps);
});

const STARTED_AT_MS = 1_767_225_600_000;
const OUTAGE_MS = 60_000;

test('a boot whose clock is not set yet counts at least what was recorded, and the outage once it is set [moonfire-nvr 9]', async () => {
  let wallMs = STARTED_AT_MS - 3_600_000;
  const parts = [1, 2].map((number): RecordedPart => {
    const { init, fragments } = createPartIndex(number, 1, planFragments(FRAGMENTS));
    const bootId = number === 1 ? 'the boot before' : readBootId();
    const process = { pid: 1, bootId, startTicks: 1 };
    const beganAtMs = number === 1 ? STARTED_AT_MS : wallMs;
    const record = { ...createPartRecord(number, process), bootId, beganMonotonicMs: 1, beganAtMs };
    const read = (): Promise<Buffer> => Promise.reject(new Error('expected no reading'));
    return { record, init, fragments, growing: number === 2, drift: undefined, read };
  });
  const began = { bootId: 'the boot before', startedMonotonicMs: 1, startedAtMs: STARTED_AT_MS };
  const mark = { ...SESSION, ...began, part: 1, offset: 0, durationSeconds: 4 * 3_600 };
  const recording = openRecording(await createPaths(), mark, () => parts, { ...clock, nowMs: () => wallMs });
  expect(recording.elapsedMs()).toBe(2 * OWN_MS);
  expect(recording.gaps()).toEqual([]);

  const later = parts[1]?.record;
  if (later !== undefined) later.beganAtMs = STARTED_AT_MS + OWN_MS + OUTAGE_MS;
  wallMs = STARTED_AT_MS + 2 * OWN_MS + OUTAGE_MS;
  expect(recording.elapsedMs()).toBe(2 * OWN_MS + OUTAGE_MS);
  expect(recording.gaps()).toMatchObject([{ fromMs: OWN_MS, toMs: OWN_MS + OUTAGE_MS }]);
});

test('the start moves with a wall clock that is set, for later boots', async () => {
  let offsetMs = 0;
  const settable = { ...clock, nowMs: () => clock.nowMs() + offsetMs };
  const paths = await createPaths();
  const ids = SESSION;
  const recording = await beginRecording({
    ...{ paths, ids, durationSeconds: 600, preRollMs: 0, parts: () => [], clock: settable },
  });
  const before = recording.mark.startedAtMs;
  await recording.followWallClock();
  expect(recording.mark.startedAtMs).toBe(before);
  offsetMs = 5 * 3_600_000;
  // Somebody makes the match longer in the same moment: neither change costs the other.
  await Promise.all([recording.followWallClock(), recording.extend(900)]);
  const { startedAtMs = 0, durationSeconds } = (await findRecord(paths.folder, 'start.json')) ?? {};
  expect(durationSeconds).toBe(900);
  expect(recording.mark.startedAtMs).toBe(startedAtMs);
  expect(Math.abs(startedAtMs - before - offsetMs)).toBeLessThan(1_000);
});
