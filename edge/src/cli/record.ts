/** `padelvar-edge record`: one camera, one MP4, no portal; for installers who want to see that a court works. */
import { execFile } from 'node:child_process';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { AppError } from '@padelvar/shared/errors';
import { formatSessionId } from '@padelvar/shared/ids';
import { MAX_DURATION_MINUTES, PROXY_FIRST_PORT, PROXY_LAST_PORT } from '@padelvar/shared/limits';
import { systemClock as clock } from '../base/clock.ts';
import { findFfmpeg } from '../base/ffmpeg-program.ts';
import { createLogger } from '../base/log.ts';
import { openMemoryFolder } from '../base/memory-folder.ts';
import { createPortPool } from '../proxy/port-pool.ts';
import { recordingPaths } from '../recording/folder.ts';
import { createMatchSession } from '../session/match-session.ts';
import type { MatchSession } from '../session/match-session.ts';

export async function runRecord(argv: string[]): Promise<void> {
  const { camera, seconds, out } = parseArguments(argv);
  const ffmpegPath = await findFfmpeg(process.env['PADELVAR_FFMPEG']);
  const dataDir = `${out}.recording`;
  const memoryFolder = await openMemoryFolder(`record-${String(process.pid)}`);
  const ids = { clubId: 'local', courtId: 'local' };
  const sessionId = formatSessionId({ ...ids, openedAtSeconds: Math.floor(clock.nowMs() / 1000) });
  const ended = Promise.withResolvers<undefined>();
  const session = createMatchSession(
    { ...ids, sessionId, address: camera },
    {
      ...{ dataDir, ffmpegPath, memoryFolder, clock, logger: createLogger('warn') },
      ports: createPortPool({ firstPort: PROXY_FIRST_PORT, lastPort: PROXY_LAST_PORT }),
      onChange: ({ state }) =>
        state === 'complete' || state === 'failed' ? ended.resolve(undefined) : undefined,
    },
  );
  const interrupt = (): void => void session.stop('player');
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  try {
    await session.open();
    if (session.state === 'created') await session.start(seconds);
    await ended.promise;
    await session.settled();
    await handOver(session, recordingPaths(dataDir, ids.clubId, sessionId).movie, out, ffmpegPath);
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
    await rm(dataDir, { recursive: true, force: true });
    await rm(memoryFolder, { recursive: true, force: true });
  }
}

function parseArguments(argv: string[]): { camera: string; seconds: number; out: string } {
  const { values } = parseArgs({
    args: argv,
    options: {
      camera: { type: 'string' },
      seconds: { type: 'string', default: '20' },
      out: { type: 'string', default: 'match.mp4' },
    },
  });
  const seconds = Number(values.seconds);
  if (values.camera === undefined)
    throw new AppError('bad_request', 'expected --camera with an rtsp or http address');
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > MAX_DURATION_MINUTES * 60) {
    throw new AppError(
      'bad_request',
      `expected --seconds from 1 to ${String(MAX_DURATION_MINUTES * 60)}, found ${values.seconds}`,
    );
  }
  return { camera: values.camera, seconds, out: resolve(values.out) };
}

async function handOver(
  session: MatchSession,
  movie: string,
  out: string,
  ffmpegPath: string,
): Promise<void> {
  const { state, reason, detail, recording } = session.report();
  if (state !== 'complete' || recording?.movie === undefined) {
    throw new AppError(
      'internal',
      `no recording was made (${reason ?? state})${detail === undefined ? '' : `: ${detail}`}`,
    );
  }
  await mkdir(dirname(out), { recursive: true });
  await rename(movie, out);
  await verifyMovie(ffmpegPath, out);
  const { durationMs, frames } = recording.movie;
  process.stdout.write(
    `${out}: ${(durationMs / 1000).toFixed(2)} s, ${String(frames)} frames, decoded without an error\n`,
  );
}

/**
 * Decodes all of it; whatever FFmpeg complains of is an error. In the movie's own time base: a gap makes the average
 * frame rate, which FFmpeg would count in otherwise, too low.
 */
async function verifyMovie(ffmpegPath: string, path: string): Promise<void> {
  const { stderr } = await promisify(execFile)(ffmpegPath, [
    ...['-v', 'error', '-i', path, '-fps_mode', 'passthrough', '-enc_time_base', '1:90000'],
    ...['-f', 'null', '-'],
  ]);
  if (stderr !== '')
    throw new AppError('internal', `expected a movie that decodes, FFmpeg says: ${stderr.slice(0, 500)}`);
}
