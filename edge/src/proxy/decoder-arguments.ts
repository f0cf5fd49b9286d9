/**
 * FFmpeg's arguments for making JPEGs of a growing part or of the low-delay output, fed by standard input. Pure.
 *
 * Measured with FFmpeg 5.1: with these flags a keyframe's JPEG is out 20 to 50 ms after its fragment is in. Without
 * `-threads 1` on the output side the encoder holds one picture back, without `-probesize 32` the start does, and
 * `-fflags nobuffer` swallows the first picture, of MPEG-TS all up to the second keyframe.
 */

/** Pictures a second that watchers get, and their width in pixels (less where the camera has less). */
export const WATCHED_FPS = 5;
export const PREVIEW_WIDTH = 640;

/** Of pictures that come singly one or the other is passed over, on a machine or a line that is busy: so many make five. */
const LOW_DELAY_FPS = 6;

/** Every picture that follows the last by that part of a second, a little less for jitter; in either direction of time. */
const selectPictures = (fps: number): string =>
  `select=isnan(prev_selected_t)+gte(abs(t-prev_selected_t)\\,${0.95 / fps})`;
const SCALE = `scale=min(${PREVIEW_WIDTH}\\,iw):-2:out_range=full,format=yuvj420p`;

/** Decodes keyframes alone. */
export function planKeyframeDecoder(): string[] {
  return ['-flags', 'low_delay', '-skip_frame', 'nokey', ...planInput(), '-vf', SCALE, ...planOutput()];
}

/** Decodes everything and shows five pictures a second. No `low_delay`: it would put B-frames out of order. */
export function planWatchedDecoder(): string[] {
  return [...planInput(), '-vf', `${selectPictures(WATCHED_FPS)},${SCALE}`, ...planOutput()];
}

/**
 * The same out of the low-delay output. The ingest's FFmpeg has cut it into whole frames: parsed again, each would wait for
 * the beginning of the next (45 ms behind the camera instead of 85, measured; 130 where the frames' lengths are not in the
 * stream either).
 */
export function planLowDelayDecoder(): string[] {
  const input = ['-fflags', 'noparse+nofillin', ...planInput('mpegts')];
  return [...input, '-vf', `${selectPictures(LOW_DELAY_FPS)},${SCALE}`, ...planOutput()];
}

function planInput(format: 'mp4' | 'mpegts' = 'mp4'): string[] {
  return [
    ...['-threads', '1', '-probesize', '32', '-analyzeduration', '0'],
    ...['-protocol_whitelist', 'pipe', '-f', format, '-i', 'pipe:0', '-an'],
  ];
}

function planOutput(): string[] {
  return [
    ...['-fps_mode', 'passthrough', '-threads', '1', '-c:v', 'mjpeg', '-q:v', '5'],
    ...['-f', 'mpjpeg', '-flush_packets', '1', 'pipe:1'],
  ];
}
