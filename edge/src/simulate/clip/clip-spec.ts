/** What a clip is asked to be, and the folder name under which such a clip is kept (pure). */

export interface ClipSpec {
  /** Pixels, multiples of 16 (of 32 for the half-size copy to have even measures). */
  width: number;
  height: number;
  fps: number;
  seconds: number;
  /** Frames from keyframe to keyframe. */
  gopFrames: number;
  /** The encoder's ceiling, kbit/s. */
  bitrateKbit: number;
}

/** Raised whenever the same spec gives a different clip, so that old ones are not taken. */
const CLIP_VERSION = 3;

/** 720p25, two seconds a GOP, 20 s: a gap of up to 17 s is still counted unambiguously. */
export const DEFAULT_CLIP: ClipSpec = {
  width: 1280,
  height: 720,
  fps: 25,
  seconds: 20,
  gopFrames: 50,
  bitrateKbit: 4_000,
};

export function formatClipName(spec: ClipSpec): string {
  const { width, height, fps, seconds, gopFrames, bitrateKbit } = spec;
  return [
    `court-v${String(CLIP_VERSION)}`,
    `${String(width)}x${String(height)}`,
    `${String(fps)}fps`,
    `${String(seconds)}s`,
    `gop${String(gopFrames)}`,
    `${String(bitrateKbit)}k`,
  ].join('-');
}

export function countClipFrames({ fps, seconds }: ClipSpec): number {
  return Math.round(fps * seconds);
}

/** FFmpeg's arguments: raw frames on standard input, everything the courts serve into `folder`. */
export function planClipArguments(spec: ClipSpec, folder: string): string[] {
  const { width, height, fps } = spec;
  const size = `${String(width)}x${String(height)}`;
  const still = 'out_range=pc:out_color_matrix=bt601';
  const split =
    '[0:v]split=4[full][b][c][d];[b]scale=iw/2:ih/2[half];' +
    `[c]scale=${still}[fullstill];[d]scale=iw/2:ih/2:${still}[halfstill]`;
  return [
    ...['-hide_banner', '-loglevel', 'error', '-nostdin', '-y'],
    ...['-f', 'rawvideo', '-pixel_format', 'yuv420p', '-video_size', size, '-framerate', String(fps)],
    ...['-colorspace', 'bt709', '-color_range', 'tv', '-i', 'pipe:0', '-filter_complex', split],
    ...encodeArguments(spec, '[full]', spec.bitrateKbit, `${folder}/full.h264`),
    ...encodeArguments(spec, '[half]', Math.round(spec.bitrateKbit / 3), `${folder}/half.h264`),
    ...stillArguments('[fullstill]', `${folder}/full`),
    ...stillArguments('[halfstill]', `${folder}/half`),
  ];
}

/** Like a camera: no B-frames, a closed GOP of fixed length, parameter sets at each keyframe, one slice a frame. */
function encodeArguments(spec: ClipSpec, input: string, kbit: number, path: string): string[] {
  const gop = String(spec.gopFrames);
  return [
    ...[
      '-map',
      input,
      '-c:v',
      'libx264',
      '-preset',
      'superfast',
      '-profile:v',
      'main',
      '-pix_fmt',
      'yuv420p',
    ],
    ...['-bf', '0', '-g', gop, '-keyint_min', gop, '-sc_threshold', '0'],
    ...['-crf', '21', '-maxrate', `${String(kbit)}k`, '-bufsize', `${String(kbit)}k`],
    ...['-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709', '-color_range', 'tv'],
    ...['-x264-params', 'sliced-threads=0:repeat-headers=1', '-f', 'h264', path],
  ];
}

function stillArguments(input: string, folder: string): string[] {
  return [
    ...['-map', input, '-c:v', 'mjpeg', '-pix_fmt', 'yuvj420p', '-q:v', '4'],
    ...['-start_number', '0', '-f', 'image2', `${folder}/%06d.jpg`],
  ];
}
