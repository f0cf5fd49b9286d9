/** An RTSP camera: many sessions on one live stream, each joining where the stream is now. */
import { createServer } from 'node:net';
import { createGatekeeper } from '../authentication.ts';
import type { ClipSize } from '../clip/clip.ts';
import { loadSound, type Sound, type SoundCodec } from '../clip/sound.ts';
import { planStream, type ShownPicture, type StreamSpec } from '../clip/stream-spec.ts';
import { loadStream, type VideoStream } from '../clip/stream.ts';
import type { CourtContext, CourtService, LiveFrame } from '../court-service.ts';
import type { Condition } from '../fault.ts';
import { listTracks, packPicture, packSound, toTicks } from './live-stream.ts';
import type { CameraClock, StuckStamps, TrackPackets } from './live-stream.ts';
import { serveRtspConnection, type RtspConnection } from './rtsp-connection.ts';
import type { RtspTrack } from './sdp.ts';

export interface RtspOptions {
  /** The stream, where it differs from the clip's own H.264 without B-frames. */
  stream?: Partial<StreamSpec>;
  /** The stream that connections get under the fault `codec`. */
  otherStream?: Partial<StreamSpec>;
  /** False leaves the parameter sets out of the SDP, as some cameras do. */
  parameterSetsInSdp?: boolean;
  /** False sends them in the SDP only. */
  parameterSetsInBand?: boolean;
  /** A beep at the beginning of each second; no sound track without. */
  audio?: SoundCodec;
  /** By how many parts in a million the camera's clock runs fast. */
  clockPpm?: number;
  /** Pictures whose RTP time stands still; none by default. */
  stuckStamps?: StuckStamps;
  /** When after PLAY the first sender reports come; at once by default. */
  firstReportSeconds?: number | 'never';
}

type Sizes = Record<ClipSize, VideoStream>;

export async function createRtspService(context: CourtContext, options: RtspOptions): Promise<CourtService> {
  const { clip, clock, sent, condition } = context;
  const own = await loadSizes(context, options.stream);
  const other = options.otherStream === undefined ? own : await loadSizes(context, options.otherStream);
  const sound = await findSound(context, options.audio);
  const gatekeeper = createGatekeeper(context.credentials, context.schemes);
  const connections = new Set<RtspConnection>();
  const startedAtMs = clock.nowMs();
  /** Made when they are first asked for. */
  const faulty = new Map<ShownPicture, VideoStream>();
  let size: ClipSize = 'full';
  let picture: ShownPicture = 'live';
  let nextIndex = 0;

  const streams = (): Sizes => (condition().otherStream ? other : own);
  const cameraClock = (): CameraClock => ({
    ppm: options.clockPpm ?? 0,
    offsetSeconds: condition().clockOffsetSeconds,
  });
  const describe = (): RtspTrack[] =>
    listTracks(streams()[condition().size], sound, clip.fps, options.parameterSetsInSdp ?? true);

  const server = createServer({ noDelay: true }, (socket) => {
    const tracks = describe();
    const connection = serveRtspConnection(socket, {
      admits: (method, authorization) =>
        !condition().refusesPassword && gatekeeper.admits(method, authorization),
      challenges: () => gatekeeper.challenges(),
      tracks,
      nextTimestamp: (track) => toTicks(nextIndex / clip.fps, tracks[track]?.clockHz ?? 0, cameraClock()),
      nowMs: () => clock.monotonicMs(),
      firstReportMs: planFirstReport(options.firstReportSeconds),
      onAnswer: context.onAnswer,
    });
    connections.add(connection);
    socket.once('close', () => connections.delete(connection));
  });

  /** How many clients got it. */
  function sendToAll({ track, clockHz, payloads, takenAtSeconds }: TrackPackets): number {
    const timestamp = toTicks(takenAtSeconds, clockHz, cameraClock());
    const wallClockMs = startedAtMs + (takenAtSeconds + condition().clockOffsetSeconds) * 1000;
    const live = { track, payloads, timestamp, wallClockMs, sentAtMs: clock.monotonicMs() };
    return [...connections].filter((connection) => connection.send(live)).length;
  }

  function sendFrame(frame: LiveFrame): void {
    const stream = pickStream(frame.number);
    const unit = stream.units[frame.number];
    if (condition().silent || connections.size === 0 || unit === undefined) return;
    const { parameterSetsInBand: setsInBand = true, stuckStamps: stuck } = options;
    const packing = { fps: clip.fps, setsInBand, ...(stuck === undefined ? {} : { stuck }) };
    const clients = sendToAll(packPicture(unit, frame, stream, packing));
    if (clients > 0) {
      sent.add({ index: frame.index, number: unit.shown, sentAtMs: clock.monotonicMs(), clients });
    }
    if (sound === undefined) return;
    for (const packets of packSound(sound, frame.index, clip.fps)) sendToAll(packets);
  }

  /** A change of resolution or of what is seen waits for the next keyframe. */
  function pickStream(number: number): VideoStream {
    const { full, half } = streams();
    if (full.units[number]?.isKeyframe === true) ({ size, picture } = condition());
    return faulty.get(picture) ?? (size === 'full' ? full : half);
  }

  async function prepare({ picture: wanted }: Condition): Promise<void> {
    if (wanted === 'live' || faulty.has(wanted)) return;
    const spec = planStream(clip, { ...options.stream, picture: wanted });
    faulty.set(wanted, await loadStream(clip, 'full', spec, context.ffmpegPath));
  }

  return {
    server,
    prepare,
    send(frame) {
      nextIndex = frame.index + 1;
      sendFrame(frame);
    },
  };
}

async function loadSizes({ clip, ffmpegPath }: CourtContext, asked?: Partial<StreamSpec>): Promise<Sizes> {
  const spec = planStream(clip, asked);
  return {
    full: await loadStream(clip, 'full', spec, ffmpegPath),
    half: await loadStream(clip, 'half', spec, ffmpegPath),
  };
}

async function findSound(context: CourtContext, codec: SoundCodec | undefined): Promise<Sound | undefined> {
  return codec === undefined ? undefined : loadSound(context.clip, codec, context.ffmpegPath);
}

function planFirstReport(seconds: RtspOptions['firstReportSeconds'] = 0): number {
  return seconds === 'never' ? Number.POSITIVE_INFINITY : seconds * 1000;
}
