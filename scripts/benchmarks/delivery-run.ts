/** One match of `bench delivery`: recorded and uploaded meanwhile by a process of its own, over a line of its own. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { openTestDelivery } from '../../cloud/test/support/delivery.ts';
import type { TestDelivery } from '../../cloud/test/support/delivery.ts';
import type { TestS3 } from '../../cloud/test/support/s3.ts';
import { planHeaderRoom, planLayout } from '../../edge/src/recording/layout.ts';
import { emptyRow } from './delivery-figures.ts';
import type { DeliveryRow } from './delivery-figures.ts';
import type { DeliveryMatch, DeliveryNews } from './delivery-worker.ts';
import { round } from './figures.ts';
import { openShapedLine } from './shaped-line.ts';
import type { ShapedLine } from './shaped-line.ts';

export interface MatchPlan {
  uplinkRatio: number;
  kbitPerSecond: number;
  seconds: number;
  /** The last of them go by in real time, those before so many times faster over a line that is faster by as much. */
  realSeconds: number;
  speed: number;
}

/** As measured: 16 bytes a frame and the fixed boxes. */
const INDEX_BYTES_PER_SECOND = 130;

/** Without `s3` against the portal's own folder. */
export async function deliverMatch(
  plan: MatchPlan,
  s3: TestS3 | undefined,
  signal: AbortSignal,
): Promise<DeliveryRow> {
  const { uplinkRatio, kbitPerSecond, seconds } = plan;
  const layout = planLayout(uplinkRatio * kbitPerSecond, kbitPerSecond);
  const payloadOffset = planHeaderRoom(layout, seconds);
  const indexBytes = layout === 'index-last' ? Math.ceil(seconds * INDEX_BYTES_PER_SECOND) : 0;
  const delivery = await openTestDelivery({ durable: true, s3: s3?.settings });
  const line = await openShapedLine(portOf(delivery.origin), uplinkRatio * kbitPerSecond * plan.speed);
  try {
    const match: DeliveryMatch = {
      ...(await describeMatch(delivery, line, s3)),
      ...{ payloadOffset, indexBytes, kbitPerSecond, seconds },
      ...{ realSeconds: plan.realSeconds, speed: plan.speed },
    };
    const told = await watch(match, line, uplinkRatio, signal);
    const objectBytes = payloadOffset + (seconds * kbitPerSecond * 1000) / 8 + indexBytes;
    return {
      ...emptyRow({
        uploader: 'padelvar',
        store: s3 === undefined ? 'folder' : 's3',
        uplinkRatio,
        speed: plan.speed,
      }),
      ...{ layout, objectBytes, ...told, bytesSentTotal: line.sentBytes },
    };
  } finally {
    await line.close();
    await delivery.close();
  }
}

async function describeMatch(delivery: TestDelivery, line: ShapedLine, s3: TestS3 | undefined) {
  const sessionId = await delivery.addSession();
  const { token } = await delivery.portal.app.services.deviceTokens.issue(delivery.deviceId);
  const known = { origin: `http://127.0.0.1:${String(line.port)}`, token, sessionId };
  if (s3 === undefined) return known;
  const { endpoint } = s3.server;
  return { ...known, storeLine: { origin: endpoint, port: await line.leadTo(portOf(endpoint)) } };
}

type Told = Pick<
  DeliveryRow,
  'stopToReadyMs' | 'promisedMs' | 'bytesAfterStop' | 'resentBytes' | 'edgeCpuSeconds' | 'edgeRssMiB'
>;

/** Runs the match in its own process; the line is slowed down when the match is. */
async function watch(
  match: DeliveryMatch,
  line: ShapedLine,
  uplinkRatio: number,
  signal: AbortSignal,
): Promise<Told> {
  const worker = fork(join(import.meta.dirname, 'delivery-worker.ts'), [JSON.stringify(match)], { signal });
  const ended = once(worker, 'exit') as Promise<[number | null]>;
  ended.catch(() => undefined);
  let [sentAtStop, promisedMs] = [0, null as number | null];
  let told: Told | undefined;
  worker.on('message', (message) => {
    const news = message as DeliveryNews;
    if (news.what === 'real-time') line.setKbitPerSecond(uplinkRatio * match.kbitPerSecond);
    if (news.what === 'stopped') [sentAtStop, promisedMs] = [line.sentBytes, news.promisedMs ?? null];
    if (news.what !== 'ready') return;
    told = {
      stopToReadyMs: Math.round(news.stopToReadyMs),
      promisedMs: promisedMs === null ? null : Math.round(promisedMs),
      bytesAfterStop: line.sentBytes - sentAtStop,
      resentBytes: news.resentBytes,
      edgeCpuSeconds: round(news.cpuSeconds, 2),
      edgeRssMiB: round(news.rssMiB, 1),
    };
  });
  const [code] = await ended;
  if (told !== undefined) return told;
  throw new Error(`expected a match in the library, the uploader ended with ${String(code)}`);
}

function portOf(origin: string): number {
  return Number(new URL(origin).port);
}
