/** How many of the frames that a court sent are in the movie of it. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Clip } from '../../edge/src/simulate/clip/clip.ts';
import type { SentFrame } from '../../edge/src/simulate/sent-frames.ts';
import { readFrameNumbers, readJpegNumber } from '../../edge/test/support/frame-numbers.ts';

export interface FrameCount {
  /** Sent from the movie's first frame until the stop was asked for. */
  expected: number;
  recorded: number;
}

export interface CountOptions {
  moviePath: string;
  /** Samples in the movie. */
  samples: number;
  sent: readonly SentFrame[];
  /** When the recording was asked to start and to stop, monotonic milliseconds. */
  startedAtMs: number;
  stoppedAtMs: number;
  clip: Clip;
  ffmpegPath: string;
}

/** Decodes all of the movie: each expected frame must be there by its number. */
export async function countByNumber(options: CountOptions): Promise<FrameCount> {
  const numbers = await readFrameNumbers(options.moviePath, options);
  const expected = findExpected(options, numbers[0]);
  const first = numbers[0] ?? 0;
  const found = new Set(numbers.map((number) => number - first));
  const firstIndex = expected[0]?.index ?? 0;
  return {
    expected: expected.length,
    recorded: expected.filter(({ index }) => found.has(index - firstIndex)).length,
  };
}

/** Decodes the first frame alone and counts samples. */
export async function countBySample(options: CountOptions): Promise<FrameCount> {
  const { moviePath, ffmpegPath, samples } = options;
  const { stdout } = await promisify(execFile)(
    ffmpegPath,
    ['-v', 'error', '-i', moviePath, '-frames:v', '1', '-q:v', '2', '-f', 'mjpeg', 'pipe:1'],
    { encoding: 'buffer', maxBuffer: 16 * 1024 * 1024 },
  );
  const expected = findExpected(options, await readJpegNumber(stdout, ffmpegPath)).length;
  return { expected, recorded: Math.min(samples, expected) };
}

/** From the newest frame of that number that was sent before the start: a recording begins with a keyframe on disk. */
function findExpected(
  { sent, startedAtMs, stoppedAtMs }: CountOptions,
  number: number | undefined,
): SentFrame[] {
  const first =
    sent.findLast((frame) => frame.number === number && frame.sentAtMs <= startedAtMs) ??
    sent.find((frame) => frame.number === number);
  if (first === undefined) throw new Error('expected a first frame that the court sent, found another one');
  return sent.filter(({ index, sentAtMs }) => index >= first.index && sentAtMs <= stoppedAtMs);
}
