/** One turn of PadelVar: a fresh recorder, cold and warm starts, a steady state with every court, stops, frames. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { UPLOAD_PART_BYTES } from '@padelvar/shared/limits';
import { systemClock as clock } from '../../edge/src/base/clock.ts';
import { fileExists } from '../../edge/src/recording/folder.ts';
import { countByNumber, countBySample } from './frame-count.ts';
import type { FrameCount } from './frame-count.ts';
import { mean, sum } from './figures.ts';
import { measureSteadyState } from './padelvar-cost.ts';
import type { PadelvarCost } from './padelvar-cost.ts';
import { readCost } from './process-cost.ts';
import { startRecorder } from './recorder.ts';
import type { Reached, Recorder } from './recorder.ts';
import type { TurnOptions } from './turn.ts';
import { startUploadSink } from './upload-sink.ts';

export interface PadelvarTurn {
  cost: PadelvarCost;
  /** Beside that, CPU seconds per court for the upload of what is recorded in the same time. */
  uploadCpuSeconds: number;
  /** And while somebody looks at each. */
  viewerCpuSeconds: number;
  coldMs: number[];
  warmMs: number[];
  stopToMovieMs: number[];
  frames: FrameCount[];
}

/** Seconds that a recording may take beside the steady state: the other courts' starts, settling and stops. */
const SPARE_SECONDS = 300;
/** Until FFmpeg has probed, caught up and given back what that took. */
const SETTLE_MS = 3_000;
/** Until Node has compiled what runs all the time, which it does in a daemon's first half minute: as long as is measured, at most. */
const COMPILED_MS = 20_000;
const SETTLED_MS = 10_000;
/** A court fills a part in some ten seconds; from before there are several. */
const UPLOADED_SECONDS = 90;
const UPLOAD_LOOK_MS = 50;
/** How long every court is looked at. */
const VIEWED_SECONDS = 10;

export async function runPadelvar(options: TurnOptions): Promise<PadelvarTurn> {
  const { courts, seconds, signal } = options;
  const dataDir = join(options.folder, 'padelvar');
  await mkdir(dataDir, { recursive: true });
  const recorderOptions = {
    ...{ ...options, dataDir, cacheFolder: join(options.folder, 'cache') },
    ...{ addresses: courts.addresses, durationSeconds: seconds + SPARE_SECONDS },
  };
  // Only the first start of all compiles the sources.
  await (await startRecorder(recorderOptions, signal)).close();
  const recorder = await startRecorder(recorderOptions, signal);
  try {
    const all = courts.addresses.map((_, court) => court);
    const coldMs = await startCold(recorder, all);
    const opened = all.map((court) => recorder.open(court));
    await Promise.all(opened.map((sessionId) => recorder.reach(sessionId, 'created')));
    const started = await startWarm(recorder, opened);
    await clock.sleep(Math.max(SETTLE_MS, Math.min(COMPILED_MS, seconds * 1000)), signal);
    const cost = await measureSteadyState(recorder.pid, all.length, seconds, signal);
    const uploadCpuPerByte = await measureUpload(recorder, opened, cost.daemon / seconds, signal);
    const viewerCpuSeconds = await measureViewers(recorder, all.length, seconds, cost, signal);
    const stopped = await stopAll(recorder, opened);
    const frames = await countFrames(options, recorder, opened, started, stopped);
    const took = (reached: readonly Reached[]): number[] => reached.map(({ tookMs }) => tookMs);
    return {
      ...{ cost, uploadCpuSeconds: uploadCpuPerByte * bytesPerSecondOf(stopped) * seconds, viewerCpuSeconds },
      coldMs,
      warmMs: took(started),
      stopToMovieMs: took(stopped),
      frames,
    };
  } finally {
    await recorder.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** The cost of bringing away a byte, seconds of a core; `unseenPerCourt`: what the daemon costs without that, of one core. */
async function measureUpload(
  recorder: Recorder,
  sessionIds: readonly string[],
  unseenPerCourt: number,
  signal: AbortSignal,
): Promise<number> {
  const sink = await startUploadSink();
  try {
    const [beganMs, before] = [clock.monotonicMs(), readCost(recorder.pid).cpuSeconds];
    const tookSeconds = (): number => (clock.monotonicMs() - beganMs) / 1000;
    recorder.uploadTo(sink.origin);
    while (!sessionIds.every((sessionId) => sink.parts.has(sessionId))) {
      if (tookSeconds() > UPLOADED_SECONDS) throw new Error('expected a part of each court, found none');
      await clock.sleep(UPLOAD_LOOK_MS, signal);
    }
    const unseen = unseenPerCourt * sessionIds.length * tookSeconds();
    const cpuSeconds = readCost(recorder.pid).cpuSeconds - before - unseen;
    return cpuSeconds / (sum([...sink.parts.values()]) * UPLOAD_PART_BYTES);
  } finally {
    recorder.endUploads();
    await sink.close();
  }
}

function bytesPerSecondOf(stopped: readonly Reached[]): number {
  const rates = stopped.flatMap(({ recording: { bytes, movie } = {} }) =>
    bytes === undefined || movie === undefined ? [] : [(bytes * 1000) / movie.durationMs],
  );
  return mean(rates);
}

/** The cost of a viewer on each court, as if there had been one all the time; seconds of a core. */
async function measureViewers(
  recorder: Recorder,
  courts: number,
  seconds: number,
  unseen: PadelvarCost,
  signal: AbortSignal,
): Promise<number> {
  recorder.watch();
  await clock.sleep(SETTLE_MS, signal);
  const viewedSeconds = Math.min(seconds, VIEWED_SECONDS);
  const seen = await measureSteadyState(recorder.pid, courts, viewedSeconds, signal);
  const total = ({ daemon, ingest, decoders }: PadelvarCost): number => daemon + ingest + decoders;
  return (total(seen) * seconds) / viewedSeconds - total(unseen);
}

/** One court after the other, as players come: camera not connected, session and recording asked for at once. */
async function startCold(recorder: Recorder, all: readonly number[]): Promise<number[]> {
  const tookMs: number[] = [];
  for (const court of all) {
    const sessionId = recorder.open(court, true);
    tookMs.push((await recorder.reach(sessionId, 'recording')).tookMs);
    recorder.stop(sessionId);
    await recorder.reach(sessionId, 'complete');
  }
  return tookMs;
}

async function startWarm(recorder: Recorder, opened: readonly string[]): Promise<Reached[]> {
  const started: Reached[] = [];
  for (const sessionId of opened) {
    recorder.record(sessionId);
    started.push(await recorder.reach(sessionId, 'recording'));
  }
  return started;
}

async function stopAll(recorder: Recorder, opened: readonly string[]): Promise<Reached[]> {
  const stopped: Reached[] = [];
  for (const sessionId of opened) {
    recorder.stop(sessionId);
    stopped.push(await recorder.reach(sessionId, 'complete'));
  }
  return stopped;
}

/** Every frame of the first court by its number, the others' by their samples. */
async function countFrames(
  { courts, ffmpegPath, signal }: TurnOptions,
  recorder: Recorder,
  opened: readonly string[],
  started: readonly Reached[],
  stopped: readonly Reached[],
): Promise<FrameCount[]> {
  const counts: FrameCount[] = [];
  for (const [court, sessionId] of opened.entries()) {
    const moviePath = recorder.moviePath(sessionId);
    await waitForFile(moviePath, signal);
    const count = court === 0 ? countByNumber : countBySample;
    counts.push(
      await count({
        ...{ moviePath, ffmpegPath, clip: courts.clip },
        samples: stopped[court]?.recording?.movie?.frames ?? 0,
        sent: await courts.framesSent(court),
        startedAtMs: started[court]?.askedAtMs ?? 0,
        stoppedAtMs: stopped[court]?.askedAtMs ?? 0,
      }),
    );
  }
  return counts;
}

async function waitForFile(path: string, signal: AbortSignal): Promise<void> {
  const deadlineMs = clock.monotonicMs() + SETTLED_MS;
  while (!(await fileExists(path))) {
    if (clock.monotonicMs() > deadlineMs) throw new Error(`expected a movie at ${path}, found none`);
    await clock.sleep(20, signal);
  }
}
