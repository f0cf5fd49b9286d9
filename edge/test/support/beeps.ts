/**
 * Measures how far a movie's sound is from its picture: the simulated court beeps when a whole second's frame is shown, in
 * a pitch that tells which of four seconds it is.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { buffer, text } from 'node:stream/consumers';
import { BEEP } from '../../src/simulate/clip/sound.ts';
import { readFrameNumbers, type ReadOptions } from './frame-numbers.ts';

export interface BeepOptions extends Omit<ReadOptions, 'clip'> {
  clip: { frames: number; fps: number };
}

export interface Beep {
  /** When it begins on the movie's time line, milliseconds. */
  atMs: number;
  /** Its onset minus the time of the frame it belongs to, milliseconds. */
  offsetMs: number;
}

export interface Beeps {
  beeps: Beep[];
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
/** Four seconds have pitches of their own: more than half of that could be the next round's. */
const MATCH_MS = (BEEP.hertz.count * 1000) / 2;

export async function measureBeeps(path: string, { ffmpegPath, clip }: BeepOptions): Promise<Beeps> {
  const [numbers, times, onsets] = await Promise.all([
    readFrameNumbers(path, { ffmpegPath, clip }),
    listFrameTimes(path),
    findOnsets(path, ffmpegPath),
  ]);
  const seconds = numbers.flatMap((number, index) =>
    number % clip.fps === 0
      ? [{ atSeconds: times[index] ?? NaN, pitch: (number / clip.fps) % BEEP.hertz.count }]
      : [],
  );
  const beeps = onsets.flatMap(({ atSeconds, pitch }) => {
    const offsets = seconds
      .filter((second) => second.pitch === pitch)
      .map((second) => (atSeconds - second.atSeconds) * 1000)
      .sort((a, b) => Math.abs(a) - Math.abs(b));
    return offsets
      .slice(0, 1)
      .filter((offset) => Math.abs(offset) < MATCH_MS)
      .map((offsetMs) => ({ atMs: atSeconds * 1000, offsetMs }));
  });
  return { beeps, unmatched: Math.abs(seconds.length - beeps.length) };
}

/** When each frame is shown, seconds, in that order. */
async function listFrameTimes(path: string): Promise<number[]> {
  const ffprobe = spawn('ffprobe', [
    ...['-v', 'error', '-select_streams', 'v', '-show_entries', 'frame=pts_time', '-of', 'csv=p=0', path],
  ]);
  const [lines] = await Promise.all([text(ffprobe.stdout), once(ffprobe, 'close')]);
  return (lines.match(/[\d.]+/g) ?? []).map(Number);
}

interface Onset {
  /** When the beep begins, seconds of the movie's time. */
  atSeconds: number;
  /** Which of the pitches it has, counted from 0. */
  pitch: number;
}

/** None without sound. */
async function findOnsets(path: string, ffmpegPath: string): Promise<Onset[]> {
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
    .map((burst) => ({ atSeconds: burst.from, pitch: findPitch(pcm, burst) }));
}

/** By how often the wave crosses zero. */
function findPitch(pcm: Buffer, { from, to }: { from: number; to: number }): number {
  let crossings = 0;
  let before = 0;
  for (let sample = Math.round(from * SAMPLE_RATE); sample < to * SAMPLE_RATE; sample += 1) {
    const value = pcm.readInt16LE(2 * sample);
    if (Math.abs(value) < LOUD) continue;
    if (before * value < 0) crossings += 1;
    before = value;
  }
  return Math.round((crossings / 2 / (to - from) - BEEP.hertz.first) / BEEP.hertz.step);
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
