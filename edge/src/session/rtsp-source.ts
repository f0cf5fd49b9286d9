/** An RTSP court: one FFmpeg copies the stream from opening to stop, and the live picture is read out of its part. */
import { openLivePreview } from '../proxy/live-preview.ts';
import type { LiveFragment } from '../proxy/live-preview.ts';
import type { CodedPicture } from '../proxy/luma-sample.ts';
import type { CameraSource, SourceOptions } from './camera-source.ts';
import type { NewestPicture } from './picture-watch.ts';
import { toLiveFragment } from './preview-fragment.ts';
import { openRtspIngest } from './rtsp-ingest.ts';

export async function openRtspSource(options: SourceOptions): Promise<CameraSource> {
  const { clock, logger, ffmpegPath, hub } = options;
  const preview = openLivePreview({ ffmpegPath, clock, log: logger, hub });
  let init: Buffer | undefined;
  let newest: NewestPicture | undefined;
  /** Read when it is looked at, and no more of it than that. */
  const notePicture = (head: Buffer, { readKeyframe }: LiveFragment): void => {
    const read = async (): Promise<CodedPicture> => {
      return { format: 'mp4', bytes: Buffer.concat([head, await readKeyframe()]) };
    };
    newest = { key: readKeyframe, read };
  };
  const rtsp = await openRtspIngest(options, {
    onInit(part, next) {
      init = next;
      preview.partBegan(next, part.record.lowDelayPort);
    },
    onSign: options.onSign,
    onDrop: options.onFailure,
    onFragment(part, fragment) {
      const live = toLiveFragment(part, fragment);
      // What an earlier daemon's attempt left is no sign of life.
      if (part.growing) (live.startsWithKeyframe ? options.onArrival : options.onSign)();
      if (part.growing && live.startsWithKeyframe && init !== undefined) notePicture(init, live);
      preview.fragment(live);
    },
  }).catch(async (error: unknown) => {
    await preview.close();
    throw error;
  });
  return {
    silentMs: () => 0,
    encodedSeconds: () => 0,
    newestPicture: () => newest,
    beginIngest() {
      void rtsp.keepAll();
      return rtsp.ingest;
    },
    async stop() {
      await rtsp.stop();
      await preview.close();
    },
    async close() {
      await rtsp.close();
      await preview.close();
    },
  };
}
