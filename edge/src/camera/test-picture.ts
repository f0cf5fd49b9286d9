/** One small picture of a camera whose address nobody has stored yet: what an administrator sees before saving it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError } from '@padelvar/shared/errors';
import { MAX_TEST_PICTURE_BYTES } from '@padelvar/shared/limits';
import type { CameraTest } from '@padelvar/shared/link';
import { parseCameraAddress } from './address.ts';
import { createHttpCamera } from './http-camera.ts';
import { findHttpKind, readFirstFrame } from './http-frames.ts';
import { formatInputList } from './input-list.ts';
import { probeCamera, type CameraProbe, type ProbeOptions } from './probe.ts';
import { planProbing } from './probing.ts';

export interface TestPictureOptions extends ProbeOptions {
  ffmpegPath: string;
}

/** A camera may take seconds to its next keyframe, and send nothing until then. FFmpeg waits twice, and says goodbye to it. */
const PICTURE_TIMEOUT_MS = 8_000;
const SILENCE_US = 3_500_000;
const WIDTH = 640;
/** 2 is FFmpeg's best quality, 31 its worst. */
const JPEG_QUALITY = 7;
/** The address comes by the list on standard input: it stands in no argument and no file. */
const PROTOCOLS = 'pipe,rtsp,rtp,tcp,udp,tls,crypto';

/** Rejects as `probeCamera` does, and with `camera_no_video` or `camera_timeout` where no picture comes. */
export async function takeTestPicture(address: string, options: TestPictureOptions): Promise<CameraTest> {
  const probe = await probeCamera(address, options);
  const limit = new AbortController();
  const cancel = options.clock.setTimer(PICTURE_TIMEOUT_MS, () => limit.abort(tooLate()));
  const signal = AbortSignal.any([limit.signal, ...(options.signal === undefined ? [] : [options.signal])]);
  try {
    const jpeg = await (probe.kind === 'rtsp'
      ? drawPicture(
          options.ffmpegPath,
          planRtspInput(probe),
          formatInputList(address, probe, { timeoutUs: SILENCE_US }),
          signal,
        )
      : drawPicture(options.ffmpegPath, JPEG_INPUT, await fetchFrame(address, signal), signal));
    const { kind, codec, hasAudio } = probe;
    return { kind, codec, hasAudio, picture: jpeg.toString('base64') };
  } finally {
    cancel();
  }
}

const JPEG_INPUT = ['-protocol_whitelist', 'pipe', '-f', 'image2pipe', '-c:v', 'mjpeg', '-i', 'pipe:0'];

function planRtspInput(probe: CameraProbe): string[] {
  const { analyzeduration, probesize } = planProbing(probe, false);
  return [
    ...['-protocol_whitelist', PROTOCOLS],
    ...['-analyzeduration', String(analyzeduration), '-probesize', String(probesize)],
    ...['-f', 'concat', '-safe', '0', '-i', 'pipe:0'],
  ];
}

async function fetchFrame(address: string, signal: AbortSignal): Promise<Buffer> {
  const target = parseCameraAddress(address);
  const camera = createHttpCamera(target);
  try {
    const answer = await camera.get(signal);
    const frame = await readFirstFrame(target, answer, findHttpKind(target, answer));
    answer.destroy();
    return frame;
  } finally {
    camera.close();
  }
}

/** FFmpeg's own words are not kept: they hold the address. */
async function drawPicture(
  ffmpegPath: string,
  input: readonly string[],
  fed: string | Buffer,
  signal: AbortSignal,
): Promise<Buffer> {
  const child = spawn(
    ffmpegPath,
    [
      ...['-nostdin', '-v', 'quiet', ...input, '-map', '0:v:0', '-frames:v', '1'],
      ...['-vf', `scale=${WIDTH}:-2,format=yuvj420p`, '-c:v', 'mjpeg', '-q:v', String(JPEG_QUALITY)],
      ...['-f', 'image2pipe', 'pipe:1'],
    ],
    { stdio: ['pipe', 'pipe', 'ignore'], signal, killSignal: 'SIGKILL' },
  );
  const ended = once(child, 'close');
  ended.catch(() => undefined);
  // It may end before it has read all: what comes out counts.
  pipeline(Readable.from([fed]), child.stdin).catch(() => undefined);
  const pieces: Buffer[] = [];
  try {
    for await (const piece of child.stdout as AsyncIterable<Buffer>) pieces.push(piece);
    await ended;
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
  signal.throwIfAborted();
  const jpeg = Buffer.concat(pieces);
  if (jpeg.length > 0 && jpeg.length <= MAX_TEST_PICTURE_BYTES) return jpeg;
  throw new AppError('camera_no_video', `Expected a picture, found ${String(jpeg.length)} bytes.`);
}

function tooLate(): AppError {
  return new AppError('camera_timeout', 'Expected a picture within 8 s, found none.');
}
