/** Measures how far a movie's sound is from its picture: the simulated court beeps when a whole second's frame is shown. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { buffer, text } from 'node:stream/consumers';
import { BEEP } from '../../src/simulate/clip/sound.ts';
import { readFrameNumbers, type ReadOptions } from './frame-numbers.ts';

export interface BeepOptions extends Omit<ReadOptions, 'clip'> {
  clip: { frames: number; fps: number };
}

export interface Beeps {
  /** For each beep the time of its onset minus the time of the frame it belongs to; milliseconds. */
  offsetsMs: number[];
  /** Beeps that no frame belongs to, and the other way round. */
  unmatched: number;
}

const SAMPLE_RATE = 8_000;
/** A beep is half of full scale. */
const LOUD = 0.1 * 32_768;
/** Silence between beeps; within one the wave crosses zero all the time. */
const QUIET_SECONDS = 0.05;
/** A shorter one was cut by the beginning, the end or a gap: its onset tells nothing. */
const WHOLE_SECONDS = BEEP.seconds * 0.85;
const MATCH_MS = 500;

export async function measureBeeps(path: string, { ffmpegPath, clip }: BeepOptions): Promise<Beeps> {
  const [numbers, times, onsets] = await Promise.all([
    readFrameNumbers(path, { ffmpegPath, clip }),
    listFrameTimes(path),
    findOnsets(path, ffmpegPath),
  ]);
  const seconds = numbers.flatMap((number, index) => (number % clip.fps === 0 ? [times[index] ?? NaN] : []));
  const offsetsMs = onsets.flatMap((onset) => {
    const nearest = seconds.reduce(
      (best, at) => (Math.abs(at - onset) < Math.abs(best - onset) ? at : best),
      FAR,
    );
    const offset = (onset - nearest) * 1000;
    return Math.abs(offset) < MATCH_MS ? [offset] : [];
  });
  return { offsetsMs, unmatched: Math.abs(seconds.length - offsetsMs.length) };
}

const FAR = Number.MAX_SAFE_INTEGER;

/** When each frame is shown, seconds, in that order. */
async function listFrameTimes(path: string): Promise<number[]> {
  const ffprobe = spawn('ffprobe', [
    ...['-v', 'error', '-select_streams', 'v', '-show_entries', 'frame=pts_time', '-of', 'csv=p=0', path],
  ]);
  const [lines] = await Promise.all([text(ffprobe.stdout), once(ffprobe, 'close')]);
  return (lines.match(/[\d.]+/g) ?? []).map(Number);
}

/** When each beep begins, seconds of the movie's time; none without sound. */
async function findOnsets(path: string, ffmpegPath: string): Promise<number[]> {
  const ffmpeg = spawn(ffmpegPath, [
    ...[
      '-v',
      'quiet',
      '-i',
      path,
      '-map',
      '0:a:0',
      '-af',
      `aresample=${String(SAMPLE_RATE)}:async=1:first_pts=0`,
    ],
    ...['-ac', '1', '-f', 's16le', 'pipe:1'],
  ]);
  const [pcm] = await Promise.all([buffer(ffmpeg.stdout), once(ffmpeg, 'close')]);
  return findBursts(pcm)
    .filter(({ from, to }) => to - from > WHOLE_SECONDS)
    .map(({ from }) => from);
}

/** Stretches of loudness, seconds. */
function findBursts(pcm: Buffer): { from: number; to: number }[] {
  const bursts: { from: number; to: number }[] = [];
  for (let at = 0; at + 1 < pcm.length; at += 2) {
    if (Math.abs(pcm.readInt16LE(at)) < LOUD) continue;
    const second = at / 2 / SAMPLE_RATE;
    const last = bursts.at(-1);
    if (last === undefined || second - last.to > QUIET_SECONDS) bursts.push({ from: second, to: second });
    else last.to = second;
  }
  return bursts;
}
