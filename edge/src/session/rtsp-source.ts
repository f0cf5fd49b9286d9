/** An RTSP court: one FFmpeg copies the stream from opening to stop, and the live picture is read out of its part. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repeat } from '../base/clock.ts';
import { createCameraReturn } from '../camera/camera-return.ts';
import { planInputArguments } from '../camera/ffmpeg-input.ts';
import { formatInputList } from '../camera/input-list.ts';
import { planCopyArguments } from '../ingest/ffmpeg-arguments.ts';
import { openIngest } from '../ingest/ingest.ts';
import { openLivePreview } from '../proxy/live-preview.ts';
import { planIngestOptions } from './camera-source.ts';
import type { CameraSource, SourceOptions } from './camera-source.ts';
import { toLiveFragment } from './preview-fragment.ts';

/** How often what nobody will ask for again is given up while nothing is recorded, milliseconds. */
const TRIM_MS = 5_000;

export async function openRtspSource(options: SourceOptions): Promise<CameraSource> {
  const { clock, logger, probe, ffmpegPath, hub } = options;
  const sound = options.audio ? probe.sound : undefined;
  const withSound = sound !== undefined;
  const listPath = join(options.memoryFolder, `${options.sessionId}.list`);
  await writeFile(listPath, formatInputList(options.address, probe, withSound), { mode: 0o600 });
  const preview = openLivePreview({ ffmpegPath, clock, log: logger, hub });
  const codec = probe.codec === 'hevc' ? 'hevc' : 'h264';
  const inputArguments = planInputArguments({ listPath, probe, withSound });
  const ingest = openIngest({
    ...planIngestOptions(options),
    isCameraBack: createCameraReturn(options.address, clock),
    planArguments: (partPath) =>
      planCopyArguments({ inputArguments, codec, sound, keepsLeadIn: probe.hasParameterSets, partPath }),
    onInit: (_part, init) => preview.partBegan(init),
    onFragment(part, fragment) {
      const live = toLiveFragment(part, fragment);
      // What an earlier daemon's attempt left is no sign of life.
      if (part.growing) (live.startsWithKeyframe ? options.onArrival : options.onSign)();
      preview.fragment(live);
    },
  });
  const endTrimming = repeat(clock, TRIM_MS, () =>
    ingest
      .trim(options.preRollSeconds() * 1000)
      .catch((error: unknown) => logger.warn({ err: error }, 'old pictures could not be given up')),
  );
  const closeRest = async (): Promise<void> => {
    await Promise.all([endTrimming(), preview.close(), rm(listPath, { force: true })]);
  };
  return {
    beginIngest() {
      void endTrimming();
      return ingest;
    },
    async stop() {
      await ingest.stop();
      await closeRest();
    },
    async close() {
      await endTrimming();
      await ingest.close();
      await closeRest();
    },
  };
}
