/**
 * What an RTSP court sends at each tick of its frame clock: one picture in the order of sending, and the sound of the
 * same interval, stamped by the camera's own clock, which may run fast or slow, or jump. Pure.
 */
import { dropParameterSets } from '../clip/access-units.ts';
import type { Sound } from '../clip/sound.ts';
import type { StreamUnit, VideoStream } from '../clip/stream.ts';
import type { LiveFrame } from '../court-service.ts';
import { splitPicture, wrapSound } from './payloads.ts';
import type { RtpPayload } from './rtp.ts';
import { describeSound, describeVideo, VIDEO_CLOCK_HZ, type RtspTrack } from './sdp.ts';

export interface CameraClock {
  /** By how many parts in a million RTP time runs faster than real time. */
  ppm: number;
  /** By how much RTP time and wall clock have jumped; seconds. */
  offsetSeconds: number;
}

export interface TrackPackets {
  track: number;
  /** Ticks of its RTP time per second. */
  clockHz: number;
  payloads: RtpPayload[];
  /** When it was taken, seconds since the court's start. */
  takenAtSeconds: number;
}

const [VIDEO_TRACK, SOUND_TRACK] = [0, 1];

/** The RTP time of an instant, ticks. */
export function toTicks(seconds: number, clockHz: number, { ppm, offsetSeconds }: CameraClock): number {
  return Math.round((seconds * (1 + ppm / 1_000_000) + offsetSeconds) * clockHz);
}

export function listTracks(
  stream: VideoStream,
  sound: Sound | undefined,
  fps: number,
  setsInSdp: boolean,
): RtspTrack[] {
  return [describeVideo(stream, fps, setsInSdp), ...(sound === undefined ? [] : [describeSound(sound)])];
}

/** Pictures that a camera stamps badly: of `every` so many, the last of them, have the RTP time of the one before. */
export interface StuckStamps {
  every: number;
  frames: number;
}

/** How many pictures before it the one is whose RTP time it has. */
function stuckBy(index: number, { every, frames }: StuckStamps): number {
  return Math.max(0, (index % every) - (every - frames) + 1);
}

/** `frame.number` counts in the order of sending; the picture itself shows `unit.shown`. */
export function packPicture(
  unit: StreamUnit,
  { index, number }: LiveFrame,
  { codec }: VideoStream,
  options: { fps: number; setsInBand: boolean; stuck?: StuckStamps },
): TrackPackets {
  const sent = options.setsInBand ? unit : dropParameterSets(unit, codec);
  const stuckFrames = options.stuck === undefined ? 0 : stuckBy(index, options.stuck);
  const takenAtSeconds = (index - number + unit.shown - stuckFrames) / options.fps;
  return {
    ...{ track: VIDEO_TRACK, clockHz: VIDEO_CLOCK_HZ, takenAtSeconds },
    payloads: splitPicture(sent, codec),
  };
}

/** The packets that begin between this tick of the frame clock and the next. */
export function packSound(
  { codec, packets, sampleRate, samplesPerPacket }: Sound,
  index: number,
  fps: number,
): TrackPackets[] {
  const countBefore = (tick: number): number => Math.ceil((tick * sampleRate) / (fps * samplesPerPacket));
  const [from, to] = [countBefore(index), countBefore(index + 1)];
  return Array.from({ length: to - from }, (_, at) => ({
    ...{ track: SOUND_TRACK, clockHz: sampleRate },
    payloads: [wrapSound(packets[(from + at) % packets.length] ?? Buffer.alloc(0), codec)],
    takenAtSeconds: ((from + at) * samplesPerPacket) / sampleRate,
  }));
}
