/**
 * Watchers' pictures out of the low-delay output of the ingest's FFmpeg, each as it comes: less than 0.1 s behind the camera
 * where the machine has time (measured). The port is open only as long as somebody watches.
 */
import { openDatagramReader } from '../base/loopback-datagrams.ts';
import { planLowDelayDecoder } from './decoder-arguments.ts';
import { keepDecoder } from './decoder-keeper.ts';
import type { WatchOptions } from './fragment-watch.ts';
import { createTransportCut } from './transport-cut.ts';

/** Datagrams that may wait for the decoder: some two seconds of frames, or one large keyframe. */
const MOST_QUEUED = 64;
const NO_HEADER = Buffer.alloc(0);

export interface LowDelayWatch {
  close(): Promise<void>;
}

export function openLowDelayWatch({ port, ...options }: WatchOptions & { port: number }): LowDelayWatch {
  const decoder = keepDecoder({
    ...options,
    name: 'low delay',
    decoderArguments: planLowDelayDecoder(),
    mostQueued: MOST_QUEUED,
  });
  decoder.begin(NO_HEADER);
  const cut = createTransportCut();
  const onDatagram = (datagram: Buffer): void => {
    const piece = cut.take(datagram);
    if (piece === undefined) return;
    const { bytes, startsWithKeyframe } = piece;
    decoder.add({ startsWithKeyframe, read: () => Promise.resolve(bytes) });
  };
  const onError = (error: unknown): void =>
    options.log.warn({ err: error, port }, 'the low-delay output can’t be read');
  const reading = openDatagramReader(port, onDatagram, onError).catch(onError);
  return {
    async close() {
      await Promise.all([decoder.close(), reading.then((reader) => reader?.close())]);
    },
  };
}
