/**
 * A program: the uploader of an edge with its journal on disk, see `killable-process.ts`. Its movies grow by the wall clock,
 * whoever reads them. Each part that is sent is written down before and after, so that a kill hides none.
 */
import { appendFileSync } from 'node:fs';
import { systemClock as clock } from '../../../edge/src/base/clock.ts';
import { silentLogger } from '../../../edge/src/base/log.ts';
import { fetchPortal } from '../../../edge/src/link/portal-fetch.ts';
import { createUploadPortal } from '../../../edge/src/link/upload-portal.ts';
import type { MovieView } from '../../../edge/src/recording/movie-view.ts';
import { openStore } from '../../../edge/src/store/database.ts';
import { createUploadStore } from '../../../edge/src/store/uploads.ts';
import { createUplink } from '../../../edge/src/upload/uplink.ts';
import { createUploader } from '../../../edge/src/upload/uploader.ts';
import type { UploadPortal } from '../../../edge/src/upload/upload-portal.ts';
import { READY } from './killable-process.ts';

export interface GrowingMovie {
  sessionId: string;
  payloadOffset: number;
  totalBytes: number;
  /** Wall clock, milliseconds. */
  fromMs: number;
  untilMs: number;
}

export interface UploaderSettings {
  origin: string;
  token: string;
  databasePath: string;
  logPath: string;
  kbitPerSecond: number;
  movies: GrowingMovie[];
}

/** A line of the log. `path` and `part` name what is sent: the object and its part. */
export interface SendNote {
  what: 'sending' | 'sent';
  part: string;
  md5: string;
}

/** The bytes of such a movie: of every 64 the first tell where they are and in which. */
export function readGrowing({ sessionId }: GrowingMovie, offset: number, length: number): Buffer {
  const which = Number(sessionId.split('_').at(-1));
  const bytes = Buffer.alloc(length, which % 251);
  for (let at = (64 - (offset % 64)) % 64; at + 8 <= length; at += 64) bytes.writeDoubleBE(offset + at, at);
  return bytes;
}

function viewOf(movie: GrowingMovie): MovieView {
  const { sessionId, payloadOffset, totalBytes, fromMs, untilMs } = movie;
  const grown = (): number => Math.min(1, (Date.now() - fromMs) / (untilMs - fromMs));
  const facts = { durationMs: 60_000, frames: 1_500, codec: 'avc1', width: 1920, height: 1080 };
  return {
    sessionId,
    payloadOffset,
    grownTo: () => payloadOffset + Math.floor((totalBytes - payloadOffset) * grown()),
    finished: () => (grown() < 1 ? undefined : { totalBytes, movie: facts }),
    read: (offset, length) => Promise.resolve(readGrowing(movie, offset, length)),
  };
}

function writeDown(portal: UploadPortal, logPath: string): UploadPortal {
  const note = (line: SendNote): void => appendFileSync(logPath, `${JSON.stringify(line)}\n`);
  return {
    ...portal,
    async putPart(signed, bytes, signal) {
      const url = new URL(signed.url, 'http://portal');
      const part = `${url.pathname}#${url.searchParams.get('partNumber') ?? ''}`;
      const md5 = signed.headers['content-md5'] ?? '';
      note({ what: 'sending', part, md5 });
      await portal.putPart(signed, bytes, signal);
      note({ what: 'sent', part, md5 });
    },
  };
}

function run({ origin, token, databasePath, logPath, kbitPerSecond, movies }: UploaderSettings): void {
  const request = (path: string, init: Parameters<typeof fetchPortal>[2] = {}): Promise<Response> =>
    fetchPortal(origin, path, { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } });
  const uplink = createUplink({
    ...{ clock, log: silentLogger, ceilingKbitPerSecond: () => kbitPerSecond, runningKbitPerSecond: () => 0 },
  });
  const uploader = createUploader({
    ...{ portal: writeDown(createUploadPortal({ origin, request }, uplink), logPath), clock },
    ...{ store: createUploadStore(openStore(databasePath)), log: silentLogger },
    onProgress: () => undefined,
    onConfirmed: (sessionId) => void process.send?.({ confirmed: sessionId }),
  });
  for (const movie of movies) uploader.add(viewOf(movie));
  process.send?.(READY);
}

if (process.argv[1] === import.meta.filename) run(JSON.parse(process.argv[2] ?? '') as UploaderSettings);
