/** What a match of 90 minutes costs at its end, and how dear a look at it is while it runs. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { formatSessionId } from '@padelvar/shared/ids';
import { findProcess, readBootId } from '../../edge/src/base/child-process.ts';
import { systemClock as clock } from '../../edge/src/base/clock.ts';
import { followPart } from '../../edge/src/ingest/part-follower.ts';
import type { PartFollower } from '../../edge/src/ingest/part-follower.ts';
import { cutClip, endOf } from '../../edge/src/recording/clip.ts';
import { clipRunning } from '../../edge/src/recording/clip-source.ts';
import { createRecordingFolder, recordingPaths } from '../../edge/src/recording/folder.ts';
import { beginRecording } from '../../edge/src/recording/recording.ts';
import type { Recording } from '../../edge/src/recording/recording.ts';
import type { RecordedPart } from '../../edge/src/recording/recorded-part.ts';
import type { Courts } from './courts.ts';
import { makeLongPart } from './long-part.ts';

export interface LongMatchFigures {
  /** From the stop mark until the movie can be served, and until it has its final name besides. */
  finaliseMs: number;
  settleMs: number;
  /** Reading the whole index of the part again, as a new daemon does. */
  indexMs: number;
  /** The header of an instant replay of its last minute. */
  replayMs: number;
  /** One report of the recording (bytes and gaps) at its end. */
  reportMs: number;
  frames: number;
  bytes: number;
}

const MATCH_SECONDS = 90 * 60;
/** What the part holds from before the start, punched out at the end. */
const IDLE_SECONDS = 10;
const REPORTS = 10;
const REPLAY_MS = 60_000;

export async function measureLongMatch(
  folder: string,
  { clip }: Pick<Courts, 'clip'>,
  ffmpegPath: string,
): Promise<LongMatchFigures> {
  const dataDir = join(folder, 'long');
  const ids = { clubId: 'bench', courtId: 'long' };
  const sessionId = formatSessionId({ ...ids, openedAtSeconds: Math.floor(clock.nowMs() / 1000) });
  const paths = recordingPaths(dataDir, ids.clubId, sessionId);
  await createRecordingFolder(paths);
  const { path, bytes } = await makeLongPart(paths.folder, clip, ffmpegPath, MATCH_SECONDS + IDLE_SECONDS);
  const follower = await followPart(path, clock);
  try {
    const indexMs = await time(() => follower.poll());
    let known = follower.fragments.findIndex(({ runs }) => isAfter(runs[0]?.decodeTicks, IDLE_SECONDS));
    const part = describePart(follower, () => known);
    const recording = await beginRecording({
      ...{ paths, clock, ids: { ...ids, sessionId } },
      durationSeconds: MATCH_SECONDS + 2 * IDLE_SECONDS,
      preRollMs: 0,
      parts: () => [part],
    });
    known = follower.fragments.length;
    const reportMs = await time(() => {
      for (let index = 0; index < REPORTS; index += 1) {
        recording.bytes();
        recording.gaps();
      }
    });
    const replayMs = await time(() => cutReplay(recording));
    const finaliseMs = await time(async () => {
      await recording.markStop({ reason: 'player', elapsedMs: recording.elapsedMs() });
      await recording.finalise();
    });
    const settleMs = await time(() => recording.settle());
    const frames = recording.movie?.frames ?? 0;
    return { ...{ finaliseMs, settleMs, indexMs, replayMs, frames, bytes }, reportMs: reportMs / REPORTS };
  } finally {
    await follower.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** As the local API serves it: cut, and its first bytes read. */
async function cutReplay(recording: Recording): Promise<void> {
  const source = clipRunning(recording.view, recording.tracks());
  const endMs = endOf(source);
  const clip = cutClip(source, endMs - REPLAY_MS, endMs);
  await clip.read(0, clip.totalBytes);
}

function isAfter(decodeTicks: number | undefined, seconds: number): boolean {
  return (decodeTicks ?? 0) >= seconds * 90_000;
}

/** The part as the running ingest would show it, with as many fragments as are known so far. */
function describePart(follower: PartFollower, known: () => number): RecordedPart {
  const writer = findProcess(process.pid) ?? { bootId: readBootId(), pid: process.pid, startTicks: 0 };
  const secondsAgoMs = IDLE_SECONDS * 1000;
  return {
    record: {
      number: 1,
      bootId: readBootId(),
      beganMonotonicMs: clock.monotonicMs() - secondsAgoMs,
      beganAtMs: clock.nowMs() - secondsAgoMs,
      trimmedTo: 0,
      process: writer,
    },
    growing: true,
    drift: undefined,
    init: follower.init,
    get fragments() {
      return known() === follower.fragments.length
        ? follower.fragments
        : follower.fragments.slice(0, known());
    },
    read: (offset, length) => follower.read(offset, length),
  };
}

async function time(act: () => unknown): Promise<number> {
  const beganMs = clock.monotonicMs();
  await act();
  return clock.monotonicMs() - beganMs;
}
