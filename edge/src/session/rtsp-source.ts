/** An RTSP court: one FFmpeg copies the stream from opening to stop, and the live picture is read out of its part. */
import { openLivePreview } from '../proxy/live-preview.ts';
import type { CameraSource, SourceOptions } from './camera-source.ts';
import { toLiveFragment } from './preview-fragment.ts';
import { openRtspIngest } from './rtsp-ingest.ts';

export async function openRtspSource(options: SourceOptions): Promise<CameraSource> {
  const { clock, logger, ffmpegPath, hub } = options;
  const preview = openLivePreview({ ffmpegPath, clock, log: logger, hub });
  const rtsp = await openRtspIngest(options, {
    onInit: (_part, init) => preview.partBegan(init),
    onSign: options.onSign,
    onDrop: options.onFailure,
    onFragment(part, fragment) {
      const live = toLiveFragment(part, fragment);
      // What an earlier daemon's attempt left is no sign of life.
      if (part.growing) (live.startsWithKeyframe ? options.onArrival : options.onSign)();
      preview.fragment(live);
    },
  }).catch(async (error: unknown) => {
    await preview.close();
    throw error;
  });
  return {
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
