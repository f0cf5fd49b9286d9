/**
 * The camera room: what a camera is, whether it can be used, and how its pictures come in.
 *
 * Owns: kinds, addresses and their authentication, probing, FFmpeg's input arguments, MJPEG and still-image
 * readers. Does not own: recording, the growing part, anything on disk. May import: base, shared.
 *
 * This file answers one question before a session opens: is there a camera, and of what kind?
 */
import type { IncomingMessage } from 'node:http';
import type { CameraKind } from '@padelvar/shared/camera';
import { AppError } from '@padelvar/shared/errors';
import { CAMERA_PROBE_TIMEOUT_MS } from '@padelvar/shared/limits';
import type { Clock } from '../base/clock.ts';
import { parseCameraAddress, type CameraTarget } from './address.ts';
import { findHttpKind, readFirstFrame } from './http-frames.ts';
import { createHttpCamera } from './http-camera.ts';
import { describeRtsp } from './rtsp-describe.ts';
import { parseSdp } from './sdp.ts';
import { explainSocketError, formatTimeout, printable } from './trouble.ts';

export interface CameraProbe {
  kind: CameraKind;
  codec: 'h264' | 'hevc' | 'mjpeg' | 'jpeg';
  /** The SDP carries the codec's parameter sets: FFmpeg needs no probing of its own. */
  hasParameterSets: boolean;
  hasAudio: boolean;
  /** Sound that a recording can take: AAC as it is, G.711 turned into AAC. */
  sound?: 'aac' | 'g711';
}

export interface ProbeOptions {
  clock: Clock;
  signal?: AbortSignal;
  timeoutMs?: number;
}

/**
 * Rejects with AppError `bad_request`, `camera_unreachable`, `camera_unauthorized`, `camera_no_video`,
 * `camera_unsupported_codec` or `camera_timeout`, or with the signal's reason.
 */
export async function probeCamera(address: string, options: ProbeOptions): Promise<CameraProbe> {
  const target = parseCameraAddress(address);
  const timeout = new AbortController();
  const { timeoutMs = CAMERA_PROBE_TIMEOUT_MS } = options;
  const cancelTimer = options.clock.setTimer(timeoutMs, () => timeout.abort(formatTimeout(target)));
  const signal = AbortSignal.any([timeout.signal, ...(options.signal === undefined ? [] : [options.signal])]);
  try {
    return await (target.scheme.startsWith('rtsp') ? probeRtsp(target, signal) : probeHttp(target, signal));
  } finally {
    cancelTimer();
  }
}

const RECORDABLE_CODECS: Record<string, 'h264' | 'hevc'> = { H264: 'h264', H265: 'hevc' };

const RECORDABLE_SOUND: Record<string, 'aac' | 'g711'> = {
  'MPEG4-GENERIC': 'aac',
  PCMA: 'g711',
  PCMU: 'g711',
};

async function probeRtsp(target: CameraTarget, signal: AbortSignal): Promise<CameraProbe> {
  const { video, hasAudio, audioCodec } = parseSdp(await describeRtsp(target, signal));
  if (video === undefined) {
    const found = hasAudio ? 'sound alone' : 'no stream';
    throw new AppError('camera_no_video', `Expected video at ${target.name}, found ${found}.`);
  }
  const codec = RECORDABLE_CODECS[video.codec];
  if (codec === undefined) {
    const found = printable(video.codec, 20);
    throw new AppError(
      'camera_unsupported_codec',
      `Expected H.264 or H.265 video at ${target.name}, found ${found}.`,
    );
  }
  const sound = RECORDABLE_SOUND[audioCodec ?? ''];
  const found = { kind: 'rtsp' as const, codec, hasParameterSets: video.hasParameterSets, hasAudio };
  return sound === undefined ? found : { ...found, sound };
}

async function probeHttp(target: CameraTarget, signal: AbortSignal): Promise<CameraProbe> {
  const camera = createHttpCamera(target);
  let answer: IncomingMessage | undefined;
  try {
    answer = await camera.get(signal);
    const kind = findHttpKind(target, answer);
    await readFirstFrame(target, answer, kind);
    return { kind, codec: kind === 'mjpeg' ? 'mjpeg' : 'jpeg', hasParameterSets: false, hasAudio: false };
  } catch (error) {
    signal.throwIfAborted();
    throw explainSocketError(target, error);
  } finally {
    answer?.destroy();
    camera.close();
  }
}
