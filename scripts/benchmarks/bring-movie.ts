/** A finished movie on its way into a portal's library, with what lies beside it: by the edge's own uploader. */
import { systemClock as clock } from '../../edge/src/base/clock.ts';
import { silentLogger } from '../../edge/src/base/log.ts';
import type { PortalClient } from '../../edge/src/link/portal-client.ts';
import { createUploadPortal } from '../../edge/src/link/upload-portal.ts';
import { listSideFiles, readSideFile } from '../../edge/src/recording/side-files.ts';
import { openStore } from '../../edge/src/store/database.ts';
import { createUploadStore } from '../../edge/src/store/uploads.ts';
import { createUploader } from '../../edge/src/upload/uploader.ts';
import type { LongRecording } from './long-recording.ts';
import { countResent } from './store-line.ts';

export interface BringOptions {
  signal?: AbortSignal;
  /** The uploader is ended when so many parts have gone, and another one goes on. */
  breakAfterParts?: number;
}

export interface Brought {
  uploadMs: number;
  /** Requests that carried a part. */
  puts: number;
  resentBytes: number;
}

export async function bringMovie(
  client: PortalClient,
  { recording, paths }: LongRecording,
  { signal = new AbortController().signal, breakAfterParts = Infinity }: BringOptions = {},
): Promise<Brought> {
  const { view } = recording;
  const way = createUploadPortal(client);
  const { portal, resentBytes } = countResent(way);
  const store = createUploadStore(openStore(':memory:'));
  const confirmed = Promise.withResolvers<undefined>();
  const isBroken = Promise.withResolvers<undefined>();
  signal.addEventListener('abort', () => confirmed.reject(signal.reason as Error));
  confirmed.promise.catch(() => undefined);
  let puts = 0;
  const counted: typeof portal = {
    ...portal,
    async putPart(...part) {
      await portal.putPart(...part);
      puts += 1;
      if (puts === breakAfterParts) isBroken.resolve(undefined);
    },
  };
  const start = () =>
    createUploader({
      ...{ portal: counted, store, clock, log: silentLogger, onProgress: () => undefined },
      onConfirmed: () => confirmed.resolve(undefined),
    });
  const beganMs = clock.monotonicMs();
  let uploader = start();
  try {
    uploader.add(view);
    await Promise.race([isBroken.promise, confirmed.promise]);
    await uploader.close();
    uploader = start();
    uploader.add(view);
    await confirmed.promise;
    const uploadMs = clock.monotonicMs() - beganMs;
    for (const name of await listSideFiles(paths.folder))
      await way.putSideFile(view.sessionId, name, await readSideFile(paths.folder, name), signal);
    return { uploadMs, puts, resentBytes: resentBytes() };
  } finally {
    await uploader.close();
    way.close();
  }
}
