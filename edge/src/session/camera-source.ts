/** What the two families of cameras have in common: pictures for the live view, and an ingest that fills parts. */
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { CameraProbe } from '../camera/probe.ts';
import type { Ingest, IngestOptions } from '../ingest/ingest.ts';
import type { PartRecord } from '../ingest/part.ts';
import type { FrameHub } from '../proxy/frame-hub.ts';
import type { PortPool } from '../proxy/port-pool.ts';
import type { NewestPicture } from './picture-watch.ts';

export interface CameraSource {
  /** Milliseconds since the camera's last picture, where the daemon gets them all: bytes may grow out of older ones. */
  silentMs(): number;
  /** How many seconds of its pictures the FFmpeg that runs was given to encode. */
  encodedSeconds(): number;
  /** Undefined before the first. */
  newestPicture(): NewestPicture | undefined;
  /** The ingest, begun where it does not run yet; from here on nothing is trimmed. */
  beginIngest(): Ingest;
  /** Ends the ingest and the camera's connection; the parts stay readable until `close`. */
  stop(): Promise<void>;
  /** Lets go of everything but the FFmpeg of an RTSP court that was not stopped. */
  close(): Promise<void>;
}

export interface SourceOptions {
  sessionId: string;
  address: string;
  /** Whether its sound is wanted. */
  audio: boolean;
  /** Whether its live picture is to be there almost at once. */
  lowDelay: boolean;
  probe: CameraProbe;
  /** Where the parts go. */
  folder: string;
  ffmpegPath: string;
  /** In memory: the list with the address, FFmpeg's raw log. */
  memoryFolder: string;
  logPath: string;
  clock: Clock;
  logger: Logger;
  /** The part with which the recording begins, where there is one. */
  firstPart?: number;
  /** Parts that an earlier daemon left. */
  existing: readonly PartRecord[];
  /** When the last of them was seen to have grown, monotonic milliseconds, where that is known. */
  grewAtMs?: number | undefined;
  hub: FrameHub;
  ports: PortPool;
  /** Whether the disk has room for another part. */
  hasRoom: () => boolean;
  /** That many bytes of a part outlast a power cut. */
  onSynced?: IngestOptions['onSynced'];
  /** What of a court that is open and not recording is kept, seconds. */
  preRollSeconds: () => number;
  /** The camera has sent a picture. */
  onArrival: () => void;
  /** It has sent something, which is no picture by itself. */
  onSign: () => void;
  /** A try to connect to it was in vain. */
  onFailure: () => void;
}

/** What of it the ingest needs; `sessionId` names its files in memory. */
export type IngestSourceOptions = Omit<SourceOptions, 'hub' | 'onArrival' | 'onSign' | 'onFailure'>;

export function planIngestOptions(options: IngestSourceOptions): Omit<IngestOptions, 'planArguments'> {
  const { folder, ffmpegPath, clock, logger, existing, grewAtMs, firstPart, onSynced, hasRoom } = options;
  const { password } = new URL(options.address);
  const memoryPath = join(options.memoryFolder, `${options.sessionId}.ffmpeg.log`);
  const log = { memoryPath, diskPath: options.logPath, secrets: [password] };
  return {
    ...{ folder, ffmpegPath, clock, logger, existing, grewAtMs, onSynced, hasRoom, log },
    ...(firstPart === undefined ? {} : { firstPart }),
  };
}
