/**
 * `./scripts/bench delivery`: from the stop of a match to its being ready, over uplinks of 1.2, 5 and 10 times its bit rate.
 * The first minutes of a match go by faster, over a line that is faster by as much; the last minute and all that follows
 * the stop are in real time.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openTestDelivery } from '../../cloud/test/support/delivery.ts';
import { planHeaderRoom, planLayout } from '../../edge/src/recording/layout.ts';
import type { ObjectLayout } from '../../edge/src/recording/layout.ts';
import type { DeliveryMatch, DeliveryNews } from './delivery-worker.ts';
import { round } from './figures.ts';
import { openShapedLine } from './shaped-line.ts';
import type { ShapedLine } from './shaped-line.ts';

const RATIOS = [1.2, 5, 10];
const KBIT_PER_SECOND = 4_000;
const SPEED = 12;
/** As measured: 16 bytes a frame and the fixed boxes. */
const INDEX_BYTES_PER_SECOND = 130;

interface DeliveryRow {
  store: 'folder';
  uplinkRatio: number;
  layout: ObjectLayout;
  stopToReadyMs: number;
  /** What the edge said at the stop. */
  promisedMs: number | null;
  bytesAfterStop: number;
  bytesSentTotal: number;
  objectBytes: number;
  resentBytes: number;
  edgeCpuSeconds: number;
  edgeRssMiB: number;
  matchSeconds: number;
  realTimeSeconds: number;
}

export async function benchDelivery(argv: string[], signal: AbortSignal): Promise<void> {
  const { values } = parseArgs({
    args: argv,
    options: {
      json: { type: 'boolean', default: false },
      seconds: { type: 'string', default: '600' },
      real: { type: 'string', default: '60' },
    },
  });
  const [seconds, realSeconds] = [Number(values.seconds), Number(values.real)];
  if (!(realSeconds >= 1 && seconds >= realSeconds))
    throw new Error(
      'expected --seconds of a match, and --real of them, 1 or more and no more than the match has',
    );
  const rows: DeliveryRow[] = [];
  for (const ratio of RATIOS) {
    signal.throwIfAborted();
    const row = await deliverOne(ratio, seconds, realSeconds, signal);
    rows.push(row);
    if (!values.json)
      process.stdout.write(rows.length === 1 ? formatHead() + formatRow(row) : formatRow(row));
  }
  if (values.json) process.stdout.write(`${JSON.stringify({ rows }, null, 2)}\n`);
}

async function deliverOne(
  uplinkRatio: number,
  seconds: number,
  realSeconds: number,
  signal: AbortSignal,
): Promise<DeliveryRow> {
  const layout = planLayout(uplinkRatio * KBIT_PER_SECOND, KBIT_PER_SECOND);
  const payloadOffset = planHeaderRoom(layout, seconds);
  const indexBytes = layout === 'index-last' ? Math.ceil(seconds * INDEX_BYTES_PER_SECOND) : 0;
  const delivery = await openTestDelivery();
  const line = await openShapedLine(
    Number(new URL(delivery.origin).port),
    uplinkRatio * KBIT_PER_SECOND * SPEED,
  );
  try {
    const sessionId = await delivery.addSession();
    const { token } = await delivery.portal.app.services.deviceTokens.issue(delivery.deviceId);
    const match: DeliveryMatch = {
      ...{ origin: `http://127.0.0.1:${String(line.port)}`, token, sessionId, payloadOffset, indexBytes },
      ...{ kbitPerSecond: KBIT_PER_SECOND, seconds, realSeconds, speed: SPEED },
    };
    let partBytes = 0;
    delivery.setFault((request, pass) => {
      if (request.method === 'PUT') partBytes += Number(request.headers.get('content-length'));
      return pass(request);
    });
    const told = await watch(match, line, uplinkRatio, signal);
    const objectBytes = payloadOffset + (seconds * KBIT_PER_SECOND * 1000) / 8 + indexBytes;
    return {
      ...{ store: 'folder', uplinkRatio, layout, objectBytes },
      ...told,
      bytesSentTotal: line.sentBytes,
      resentBytes: partBytes - objectBytes,
      ...{ matchSeconds: seconds, realTimeSeconds: realSeconds },
    };
  } finally {
    await line.close();
    await delivery.close();
  }
}

type Told = Pick<
  DeliveryRow,
  'stopToReadyMs' | 'promisedMs' | 'bytesAfterStop' | 'edgeCpuSeconds' | 'edgeRssMiB'
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
      promisedMs,
      bytesAfterStop: line.sentBytes - sentAtStop,
      edgeCpuSeconds: round(news.cpuSeconds, 2),
      edgeRssMiB: round(news.rssMiB, 1),
    };
  });
  const [code] = await ended;
  if (told !== undefined) return told;
  throw new Error(`expected a match in the library, the uploader ended with ${String(code)}`);
}

const COLUMNS = [
  'uplinkRatio',
  'layout',
  'stopToReadyMs',
  'promisedMs',
  'bytesAfterStop',
  'objectBytes',
  'resentBytes',
  'edgeCpuSeconds',
  'edgeRssMiB',
] as const;

function formatHead(): string {
  return `${COLUMNS.map((name) => name.padStart(14)).join(' ')}\n`;
}

function formatRow(row: DeliveryRow): string {
  return `${COLUMNS.map((name) => String(row[name] ?? '-').padStart(14)).join(' ')}\n`;
}
