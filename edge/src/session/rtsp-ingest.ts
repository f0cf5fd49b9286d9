/** The one FFmpeg of an RTSP court: where its address lies, what it is told, and what of its parts is given up while nobody records. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repeat } from '../base/clock.ts';
import { createCameraReturn } from '../camera/camera-return.ts';
import { planInputArguments } from '../camera/ffmpeg-input.ts';
import { formatInputList } from '../camera/input-list.ts';
import type { CameraProbe } from '../camera/probe.ts';
import { isAlive } from '../base/child-process.ts';
import { planCopyArguments } from '../ingest/ffmpeg-arguments.ts';
import { openIngest } from '../ingest/ingest.ts';
import type { Ingest, IngestOptions } from '../ingest/ingest.ts';
import { lendLowDelayPort } from '../proxy/low-delay-port.ts';
import { planIngestOptions } from './camera-source.ts';
import type { IngestSourceOptions } from './camera-source.ts';

/** How often what nobody will ask for again is given up while nothing is recorded, milliseconds. */
const TRIM_MS = 5_000;

export interface RtspIngest {
  readonly ingest: Ingest;
  /** From here on nothing is given up. */
  keepAll(): Promise<void>;
  /** Ends FFmpeg; the parts stay readable until `close`. */
  stop(): Promise<void>;
  /** Lets go of everything but an FFmpeg that was not stopped. */
  close(): Promise<void>;
}

export async function openRtspIngest(
  options: IngestSourceOptions,
  events: Pick<IngestOptions, 'onInit' | 'onFragment' | 'onSign' | 'onDrop'>,
): Promise<RtspIngest> {
  const { clock, logger } = options;
  const listPath = join(options.memoryFolder, `${options.sessionId}.list`);
  /** As it was when the session opened, and as it is since it came back from a try that was in vain. */
  let camera = options.probe;
  const soundOf = (probe: CameraProbe): CameraProbe['sound'] => (options.audio ? probe.sound : undefined);
  const writeList = (): Promise<void> => {
    const list = formatInputList(options.address, camera, { withSound: soundOf(camera) !== undefined });
    return writeFile(listPath, list, { mode: 0o600 });
  };
  await writeList();
  const lowDelayPort = options.lowDelay ? await findLowDelayPort(options) : undefined;
  let lentPort = lowDelayPort;
  const askCamera = createCameraReturn(options.address, clock);
  const isCameraBack = async (signal: AbortSignal): Promise<boolean> => {
    const found = await askCamera(signal);
    if (found === undefined) return false;
    camera = found;
    await writeList();
    return true;
  };
  const planArguments = (partPath: string): string[] => {
    const sound = soundOf(camera);
    const codec = camera.codec === 'hevc' ? 'hevc' : 'h264';
    const inputArguments = planInputArguments({ listPath, probe: camera, withSound: sound !== undefined });
    const keepsLeadIn = camera.hasParameterSets;
    return planCopyArguments({ inputArguments, codec, sound, keepsLeadIn, lowDelayPort, partPath });
  };
  const ingest = openIngest({
    ...planIngestOptions(options),
    ...events,
    hasOwnClock: true,
    isCameraBack,
    planArguments,
    lowDelayPort,
  });
  const endTrimming = repeat(clock, TRIM_MS, () =>
    ingest
      .trim(options.preRollSeconds() * 1000)
      .catch((error: unknown) => logger.warn({ err: error }, 'old pictures could not be given up')),
  );
  const end = async (): Promise<void> => {
    await endTrimming();
    await rm(listPath, { force: true });
    if (lentPort !== undefined) options.ports.give(lentPort);
    lentPort = undefined;
  };
  return {
    ingest,
    keepAll: endTrimming,
    async stop() {
      await ingest.stop();
      await end();
    },
    async close() {
      await endTrimming();
      await ingest.close();
      await end();
    },
  };
}

/** Undefined where the pool has none to lend: the live picture then comes out of the part. */
async function findLowDelayPort({
  ports,
  existing,
  logger,
}: IngestSourceOptions): Promise<number | undefined> {
  const running = existing.findLast(({ process }) => isAlive(process));
  try {
    return await lendLowDelayPort(ports, running?.lowDelayPort);
  } catch (error) {
    logger.warn({ err: error }, 'no port for the low-delay output');
    return undefined;
  }
}
