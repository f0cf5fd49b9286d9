/** Reads back the numbers that the simulated court writes into its frames, from movies and JPEGs. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { parseStrip, STRIP, STRIP_BLOCKS } from '../../src/simulate/clip/frame-strip.ts';

export interface ReadOptions {
  ffmpegPath: string;
  /** The clip that was served: its length is where numbers start over. */
  clip: { frames: number };
}

export interface FrameFaults {
  /** Numbers between the first and the highest that no frame shows. */
  missing: number;
  /** Frames that show a number shown before. */
  repeated: number;
  /** Frames that show a lower number than an earlier one, for the first time. */
  reordered: number;
  /** Frames without a readable number. */
  unreadable: number;
  first: number | undefined;
  last: number | undefined;
}

/** Each block becomes 4 x 4 grey samples, of which the inner four count. */
const [SAMPLES, INNER] = [4, [1, 2]];
const FRAME_BYTES = STRIP_BLOCKS * SAMPLES * SAMPLES;

/**
 * The number in each decoded frame of a movie, in order of presentation; NaN where it can't be read. Numbers go on
 * counting over the clip's end: a gap of up to seven eighths of the clip is told from a step back.
 */
export async function readFrameNumbers(path: string, { ffmpegPath, clip }: ReadOptions): Promise<number[]> {
  const { grey } = await runFfmpeg(ffmpegPath, ['-i', path, '-map', '0:v:0']);
  return unwrapNumbers(parseFrames(grey), clip.frames);
}

/** The same, and what FFmpeg complains of while it decodes all of the movie, sound too, as `ffmpeg -i MOVIE -f null -` does. */
export async function decodeMovie(
  path: string,
  { ffmpegPath, clip }: ReadOptions,
): Promise<{ numbers: number[]; complaints: string }> {
  const beside = ['-map', '0:v:0', '-map', '0:a?', '-f', 'null', '-'];
  const { grey, complaints } = await runFfmpeg(ffmpegPath, ['-i', path, '-map', '0:v:0'], { beside });
  return { numbers: unwrapNumbers(parseFrames(grey), clip.frames), complaints };
}

/** The number in one JPEG, as its place in the clip; undefined where it can't be read. */
export async function readJpegNumber(jpeg: Buffer, ffmpegPath: string): Promise<number | undefined> {
  const input = ['-f', 'mjpeg', '-i', 'pipe:0', '-frames:v', '1'];
  const { grey } = await runFfmpeg(ffmpegPath, input, { stdin: jpeg });
  return parseFrames(grey)[0];
}

/** The same of several of one size. */
export async function readJpegNumbers(
  jpegs: readonly Buffer[],
  ffmpegPath: string,
): Promise<(number | undefined)[]> {
  const input = ['-f', 'image2pipe', '-c:v', 'mjpeg', '-i', 'pipe:0'];
  const { grey } = await runFfmpeg(ffmpegPath, input, { stdin: Buffer.concat(jpegs) });
  return parseFrames(grey);
}

export function unwrapNumbers(numbers: readonly (number | undefined)[], frames: number): number[] {
  let previous: number | undefined;
  return numbers.map((number) => {
    if (number === undefined) return Number.NaN;
    previous = previous === undefined ? number : previous + signedStep(number - previous, frames);
    return previous;
  });
}

export function countFrameFaults(numbers: readonly number[]): FrameFaults {
  const readable = numbers.filter((number) => !Number.isNaN(number));
  const seen = new Set<number>();
  let [highest, repeated, reordered] = [Number.NEGATIVE_INFINITY, 0, 0];
  for (const number of readable) {
    if (seen.has(number)) repeated += 1;
    else if (number < highest) reordered += 1;
    seen.add(number);
    highest = Math.max(highest, number);
  }
  const [first, last] = [readable[0], readable.length === 0 ? undefined : highest];
  const expected = first === undefined ? 0 : highest - first + 1;
  const found = [...seen].filter((number) => first !== undefined && number >= first).length;
  const unreadable = numbers.length - readable.length;
  return { missing: expected - found, repeated, reordered, unreadable, first, last };
}

/** Forwards by up to seven eighths of the clip, else backwards. */
function signedStep(step: number, frames: number): number {
  const forwards = ((step % frames) + frames) % frames;
  return forwards > (frames * 7) / 8 ? forwards - frames : forwards;
}

function parseFrames(grey: Buffer): (number | undefined)[] {
  return Array.from({ length: Math.floor(grey.length / FRAME_BYTES) }, (_, index) =>
    parseStrip(measureBlocks(grey.subarray(index * FRAME_BYTES, (index + 1) * FRAME_BYTES))),
  );
}

/** Mean brightness of each block. */
function measureBlocks(frame: Buffer): number[] {
  return Array.from({ length: STRIP_BLOCKS }, (_, block) => {
    const samples = INNER.flatMap((y) =>
      INNER.map((x) => frame[y * STRIP_BLOCKS * SAMPLES + block * SAMPLES + x] ?? 0),
    );
    return samples.reduce((sum, sample) => sum + sample, 0) / samples.length;
  });
}

interface Beside {
  stdin?: Buffer;
  /** Another output of the same decoding. */
  beside?: readonly string[];
}

/** Decodes `input`, crops it to the strip and answers the grey samples of all frames. */
async function runFfmpeg(
  ffmpegPath: string,
  input: readonly string[],
  { stdin, beside = [] }: Beside = {},
): Promise<{ grey: Buffer; complaints: string }> {
  const { left, top, width, height } = STRIP;
  const crop = `crop=iw*${String(width)}:ih*${String(height)}:iw*${String(left)}:ih*${String(top)}`;
  const scale = `scale=${String(STRIP_BLOCKS * SAMPLES)}:${String(SAMPLES)}:flags=area`;
  const [filter, output] = [`format=gray,${crop},${scale}`, ['-f', 'rawvideo', '-pix_fmt', 'gray', 'pipe:1']];
  const ffmpeg = spawn(ffmpegPath, [
    ...['-hide_banner', '-loglevel', 'error', ...input, '-an', '-fps_mode', 'passthrough', '-vf', filter],
    ...[...output, ...beside],
  ]);
  const chunks: Buffer[] = [];
  let complaints = '';
  ffmpeg.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  ffmpeg.stderr.on('data', (text: Buffer) => (complaints += text.toString()));
  ffmpeg.stdin.on('error', () => undefined);
  ffmpeg.stdin.end(stdin);
  const [code] = (await once(ffmpeg, 'close')) as [number | null];
  if (code !== 0) throw new Error(`FFmpeg could not decode the frames: ${complaints.trim()}`);
  return { grey: Buffer.concat(chunks), complaints };
}
