/**
 * A finished movie put into a portal's library where only watching it is measured: its bytes go into the store at once, as
 * an upload would have left them there, everything else is told to the portal as a device does.
 */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { UPLOAD_PART_BYTES } from '@padelvar/shared/limits';
import type { TestS3 } from '../../cloud/test/support/s3.ts';
import { createUploadPortal } from '../../edge/src/link/upload-portal.ts';
import type { MovieView } from '../../edge/src/recording/movie-view.ts';
import { listSideFiles, readSideFile } from '../../edge/src/recording/side-files.ts';
import { planParts } from '../../edge/src/upload/part-plan.ts';
import type { LongRecording } from './long-recording.ts';
import type { MatchPortal } from './match-portal.ts';

const PIECE_BYTES = 4 * 1024 * 1024;
/** Of the test server; fewer parts are completed sooner. */
const S3_PART_BYTES = 32 * 1024 * 1024;
/** Nobody asks for the MD5 of a part that is not there alone. */
const NO_MD5 = createHash('md5').digest('base64');

export async function placeMovie(
  portal: MatchPortal,
  s3: TestS3 | undefined,
  { recording, paths }: LongRecording,
  signal: AbortSignal,
): Promise<void> {
  const { view } = recording;
  const { sessionId } = view;
  const finished = view.finished();
  if (finished === undefined) throw new Error('expected a finished movie');
  const { totalBytes, movie } = finished;
  const way = createUploadPortal(portal.client);
  try {
    const { uploadId } = await way.open(sessionId, 'header-first', signal);
    const parts = planParts(totalBytes, UPLOAD_PART_BYTES).map(({ partNumber, bytes }) => ({
      ...{ partNumber, bytes, md5: NO_MD5 },
    }));
    for (const part of parts) await way.signPart(sessionId, { uploadId, ...part }, signal);
    const key = portal.findObjectKey(sessionId);
    const body = Readable.from(readPieces(view, totalBytes), { objectMode: false });
    if (s3 === undefined) await writeObject(join(portal.storeFolder, 'objects', key), body, signal);
    else await sendObject(s3, key, body);
    await way.complete(sessionId, { uploadId, totalBytes, parts, movie }, signal);
    for (const name of await listSideFiles(paths.folder))
      await way.putSideFile(sessionId, name, await readSideFile(paths.folder, name), signal);
  } finally {
    way.close();
  }
}

async function* readPieces(view: MovieView, totalBytes: number): AsyncGenerator<Buffer> {
  for (let offset = 0; offset < totalBytes; offset += PIECE_BYTES)
    yield await view.read(offset, Math.min(PIECE_BYTES, totalBytes - offset));
}

async function writeObject(path: string, body: Readable, signal: AbortSignal): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await pipeline(body, createWriteStream(path), { signal });
}

async function sendObject({ server, settings }: TestS3, key: string, body: Readable): Promise<void> {
  const { endpoint, region, accessKeyId, secretAccessKey } = server;
  const client = new S3Client({
    ...{ endpoint, region, credentials: { accessKeyId, secretAccessKey }, forcePathStyle: true },
    ...{ requestChecksumCalculation: 'WHEN_REQUIRED', responseChecksumValidation: 'WHEN_REQUIRED' },
  });
  const params = { Bucket: settings.bucket, Key: key, Body: body, ContentType: 'video/mp4' };
  await new Upload({ client, params, partSize: S3_PART_BYTES }).done();
  client.destroy();
}
