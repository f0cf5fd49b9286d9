import { UPLOAD_PART_BYTES } from '@padelvar/shared/limits';
import { expect, test } from 'vitest';
import { silentLogger } from '../../edge/src/base/log.ts';
import { systemClock } from '../../edge/src/base/clock.ts';
import { fetchPortal } from '../../edge/src/link/portal-fetch.ts';
import { createUploadPortal } from '../../edge/src/link/upload-portal.ts';
import { openStore } from '../../edge/src/store/database.ts';
import { createUploadStore } from '../../edge/src/store/uploads.ts';
import { planReadyIn } from '../../edge/src/upload/ready-in.ts';
import { createUplink } from '../../edge/src/upload/uplink.ts';
import { createUploader, MAX_IN_FLIGHT } from '../../edge/src/upload/uploader.ts';
import { tellFigures } from '../../edge/test/support/figures.ts';
import { openShapedLine } from '../../scripts/benchmarks/shaped-line.ts';
import { createTestMovie, openTestDelivery } from './support/delivery.ts';

const LINE_KBIT = 25_000;
/** What is promised, of what is usually said. */
const MOST_ERROR = 0.2;
/** Of any single one: a busy machine slows the line itself for a while. */
const WORST_ERROR = 0.4;
/** Such a machine may slow it for all of a try; what is said is judged by the best of them. */
const MOST_TRIES = 3;
/** So often it is asked, as a page would that is open. */
const ASK_MS = 250;

interface Errors {
  count: number;
  median: number;
  worst: number;
}

/** Sends two matches over a line that nothing is known of yet. */
async function measureErrors(): Promise<Errors> {
  const delivery = await openTestDelivery();
  const line = await openShapedLine(Number(new URL(delivery.origin).port), LINE_KBIT);
  const { token } = await delivery.portal.app.services.deviceTokens.issue(delivery.deviceId);
  const origin = `http://127.0.0.1:${line.port}`;
  const request = (path: string, init: Parameters<typeof fetchPortal>[2] = {}): Promise<Response> =>
    fetchPortal(origin, path, { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } });
  const uplink = createUplink({
    ...{ clock: systemClock, log: silentLogger },
    ...{ ceilingKbitPerSecond: () => undefined, runningKbitPerSecond: () => 0 },
  });
  const portal = createUploadPortal({ origin, request }, uplink);
  const readyAtMs = new Map<string, number>();
  const said: { sessionId: string; atMs: number; readyInMs: number }[] = [];
  const ask = (): void => {
    const atMs = systemClock.monotonicMs();
    const line = uplink.measuredKbitPerSecond;
    const plan = planReadyIn(uploader.waiting(), line, MAX_IN_FLIGHT, uploader.costs());
    for (const [sessionId, readyInMs] of plan) said.push({ sessionId, atMs, readyInMs });
  };
  const asking = setInterval(ask, ASK_MS);
  const uploader = createUploader({
    ...{ portal, store: createUploadStore(openStore(':memory:')), clock: systemClock, log: silentLogger },
    onProgress: () => undefined,
    onConfirmed: (sessionId) => void readyAtMs.set(sessionId, systemClock.monotonicMs()),
  });
  try {
    for (const parts of [3, 2]) {
      const movie = createTestMovie(await delivery.addSession(), parts * UPLOAD_PART_BYTES);
      movie.finish();
      uploader.add(movie.view);
    }
    await expect.poll(() => readyAtMs.size, { timeout: 50_000 }).toBe(2);
    const errors = said
      .map(({ sessionId, atMs, readyInMs }) => {
        const actualMs = (readyAtMs.get(sessionId) ?? 0) - atMs;
        return { actualMs, error: Math.abs(readyInMs / actualMs - 1) };
      })
      .filter(({ actualMs }) => actualMs > 2_000)
      .map(({ error }) => error)
      .sort((a, b) => a - b);
    const median = errors[Math.floor(errors.length / 2)] ?? Infinity;
    return { count: errors.length, median, worst: errors.at(-1) ?? Infinity };
  } finally {
    clearInterval(asking);
    await uploader.close();
    portal.close();
    await line.close();
    await delivery.close();
  }
}

const isTrue = ({ median, worst }: Errors): boolean => median < MOST_ERROR && worst < WORST_ERROR;

test('over a shaped uplink, what is said until two matches are ready comes true', async () => {
  let best = await measureErrors();
  for (let tries = 1; tries < MOST_TRIES && !isTrue(best); tries += 1) {
    const next = await measureErrors();
    if (isTrue(next) || next.median < best.median) best = next;
  }
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  tellFigures('time until ready over 25 Mbit/s', {
    ...{ said: best.count, 'median error': percent(best.median), 'greatest error': percent(best.worst) },
  });
  expect(best.count).toBeGreaterThan(10);
  expect(best.median).toBeLessThan(MOST_ERROR);
  expect(best.worst).toBeLessThan(WORST_ERROR);
}, 180_000);
