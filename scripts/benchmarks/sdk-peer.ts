/**
 * The peer of `bench delivery`: the same movie, sent when the match is over by the AWS SDK's own multipart helper, over a
 * line of its own.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { TestS3 } from '../../cloud/test/support/s3.ts';
import { emptyRow } from './delivery-figures.ts';
import type { DeliveryRow } from './delivery-figures.ts';
import { round } from './figures.ts';
import type { SdkNews, SdkUpload } from './sdk-worker.ts';
import { openShapedLine } from './shaped-line.ts';

export interface PeerOptions {
  s3: TestS3;
  uplinkRatio: number;
  kbitPerSecond: number;
  bytes: number;
}

export async function uploadBySdk(options: PeerOptions, signal: AbortSignal): Promise<DeliveryRow> {
  const { s3, uplinkRatio, kbitPerSecond, bytes } = options;
  const { endpoint, region, accessKeyId, secretAccessKey } = s3.server;
  const line = await openShapedLine(Number(new URL(endpoint).port), uplinkRatio * kbitPerSecond);
  try {
    const upload: SdkUpload = {
      ...{ region, accessKeyId, secretAccessKey, bytes, bucket: s3.settings.bucket },
      ...{ endpoint: `http://127.0.0.1:${String(line.port)}`, key: `peer-${String(uplinkRatio)}.mp4` },
    };
    const { uploadMs, cpuSeconds, rssMiB } = await runWorker(upload, signal);
    return {
      ...emptyRow({ uploader: 'aws-sdk', store: 's3', uplinkRatio, speed: 1 }),
      ...{ stopToReadyMs: Math.round(uploadMs), objectBytes: bytes, resentBytes: 0 },
      ...{ bytesAfterStop: line.sentBytes, bytesSentTotal: line.sentBytes },
      ...{ edgeCpuSeconds: round(cpuSeconds, 2), edgeRssMiB: round(rssMiB, 1) },
    };
  } finally {
    await line.close();
  }
}

async function runWorker(upload: SdkUpload, signal: AbortSignal): Promise<SdkNews> {
  const worker = fork(join(import.meta.dirname, 'sdk-worker.ts'), [JSON.stringify(upload)], { signal });
  const ended = once(worker, 'exit') as Promise<[number | null]>;
  ended.catch(() => undefined);
  let news: SdkNews | undefined;
  worker.on('message', (message) => (news = message as SdkNews));
  const [code] = await ended;
  if (news !== undefined) return news;
  throw new Error(`expected the SDK's upload to end, its process ended with ${String(code)}`);
}
