/**
 * A process of its own that uploads one match while it grows: the edge's own uploader over a movie whose bytes follow from
 * their place, so that memory and CPU are the uploader's.
 */
import { systemClock as clock } from '../../edge/src/base/clock.ts';
import { silentLogger } from '../../edge/src/base/log.ts';
import { fetchPortal } from '../../edge/src/link/portal-fetch.ts';
import { createUploadPortal } from '../../edge/src/link/upload-portal.ts';
import type { MovieView } from '../../edge/src/recording/movie-view.ts';
import { openStore } from '../../edge/src/store/database.ts';
import { createUploadStore } from '../../edge/src/store/uploads.ts';
import { planReadyIn } from '../../edge/src/upload/ready-in.ts';
import { createUplink } from '../../edge/src/upload/uplink.ts';
import { createUploader } from '../../edge/src/upload/uploader.ts';
import { readMovieBytes } from './movie-bytes.ts';
import { countResent, throughLine } from './store-line.ts';
import type { StoreLine } from './store-line.ts';

export interface DeliveryMatch {
  origin: string;
  token: string;
  sessionId: string;
  /** Object bytes before the payload. */
  payloadOffset: number;
  /** Of the index behind the payload; 0 where it stands before. */
  indexBytes: number;
  kbitPerSecond: number;
  /** The last of them go by in real time, those before faster. */
  seconds: number;
  realSeconds: number;
  speed: number;
  /** Where the store is not the portal. */
  storeLine?: StoreLine;
}

export type DeliveryNews =
  | { what: 'real-time' }
  | { what: 'stopped'; promisedMs: number | undefined; sentBytes: number }
  | { what: 'ready'; stopToReadyMs: number; resentBytes: number; cpuSeconds: number; rssMiB: number };

const WARM_RSS_POLL_MS = 250;

function say(news: DeliveryNews): void {
  process.send?.(news);
}

async function run(match: DeliveryMatch): Promise<void> {
  const { sessionId, payloadOffset, indexBytes, seconds, realSeconds, speed } = match;
  const payloadBytes = Math.round((seconds * match.kbitPerSecond * 1000) / 8);
  const begunMs = clock.monotonicMs();
  const fastMs = ((seconds - realSeconds) * 1000) / speed;
  const matchMs = (): number => {
    const passedMs = clock.monotonicMs() - begunMs;
    return Math.min(passedMs, fastMs) * speed + Math.max(0, passedMs - fastMs);
  };
  let isStopped = false;
  const totalBytes = payloadOffset + payloadBytes + indexBytes;
  const view: MovieView = {
    sessionId,
    payloadOffset,
    grownTo: () => payloadOffset + Math.min(payloadBytes, Math.floor((matchMs() * match.kbitPerSecond) / 8)),
    finished: () =>
      isStopped
        ? {
            totalBytes,
            movie: { durationMs: seconds * 1000, frames: 1, codec: 'avc1', width: 1920, height: 1080 },
          }
        : undefined,
    read: (offset, length) => Promise.resolve(readMovieBytes(offset, length)),
  };
  const client = {
    origin: match.origin,
    request: (path: string, init: Parameters<typeof fetchPortal>[2] = {}) =>
      fetchPortal(match.origin, path, {
        ...init,
        headers: { ...init.headers, authorization: `Bearer ${match.token}` },
      }),
  };
  const uplink = createUplink({
    ...{ clock, log: silentLogger, ceilingKbitPerSecond: () => undefined },
    runningKbitPerSecond: () => (isStopped ? 0 : match.kbitPerSecond),
  });
  const ready = Promise.withResolvers<undefined>();
  const way = throughLine(createUploadPortal(client, uplink), match.storeLine);
  const { portal, resentBytes } = countResent(way);
  const uploader = createUploader({
    ...{ portal, store: createUploadStore(openStore(':memory:')), clock },
    ...{ log: silentLogger, onProgress: () => undefined, onConfirmed: () => ready.resolve(undefined) },
  });
  let rssMiB = 0;
  const poll = setInterval(() => {
    rssMiB = Math.max(rssMiB, process.memoryUsage.rss() / 1024 ** 2);
  }, WARM_RSS_POLL_MS);
  uploader.add(view);
  await clock.sleep(fastMs);
  say({ what: 'real-time' });
  await clock.sleep(realSeconds * 1000);
  isStopped = true;
  const stoppedMs = clock.monotonicMs();
  uploader.nudge(sessionId);
  const [waiting] = uploader.waiting();
  const promised = planReadyIn(waiting === undefined ? [] : [waiting], uplink.measuredKbitPerSecond, 1);
  const sentBytes = totalBytes - (waiting?.missingBytes ?? 0);
  say({ what: 'stopped', promisedMs: promised.get(sessionId), sentBytes });
  await ready.promise;
  clearInterval(poll);
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  const cpuSeconds = (userCPUTime + systemCPUTime) / 1e6;
  const stopToReadyMs = clock.monotonicMs() - stoppedMs;
  say({ what: 'ready', stopToReadyMs, resentBytes: resentBytes(), cpuSeconds, rssMiB });
  await uploader.close();
  process.disconnect();
}

await run(JSON.parse(process.argv[2] ?? '') as DeliveryMatch);
