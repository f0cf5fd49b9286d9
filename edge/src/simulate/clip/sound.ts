/**
 * A court's sound: a beep at the beginning of every second of the court's time, by whose pitch four seconds are told
 * apart, so that a movie's sound can be placed.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clip } from './clip.ts';
import { makeFile } from './make-file.ts';

export const SOUND_CODECS = ['aac', 'pcma', 'pcmu'] as const;
export type SoundCodec = (typeof SOUND_CODECS)[number];

export interface SoundFormat {
  codec: SoundCodec;
  /** Samples per second; RTP counts them too. */
  sampleRate: number;
  samplesPerPacket: number;
}

export interface Sound extends SoundFormat {
  /** One round of the loop, a whole number of seconds; the first packet belongs to the court's start. */
  packets: Buffer[];
}

/** The beep, seconds; the pitches of four seconds one after the other, hertz. */
export const BEEP = { seconds: 0.1, hertz: { first: 600, step: 300, count: 4 } };

/** 8 s are a whole number of packets with each of them (AAC: 125 frames of 1,024 samples). */
const ROUND_SECONDS = 8;
const FORMATS: Record<SoundCodec, SoundFormat> = {
  aac: { codec: 'aac', sampleRate: 16_000, samplesPerPacket: 1_024 },
  pcma: { codec: 'pcma', sampleRate: 8_000, samplesPerPacket: 320 },
  pcmu: { codec: 'pcmu', sampleRate: 8_000, samplesPerPacket: 320 },
};
/** FFmpeg's AAC encoder begins with one frame of silence (priming). */
const AAC_PRIMING_PACKETS = 1;
const ADTS_HEADER_BYTES = 7;

export async function loadSound(clip: Clip, codec: SoundCodec, ffmpegPath: string): Promise<Sound> {
  const format = FORMATS[codec];
  const path = join(clip.folder, `sound-v2.${codec}`);
  await makeFile(ffmpegPath, path, (aside, run) => run(planSoundArguments(format, aside)));
  const bytes = await readFile(path);
  const packets = codec === 'aac' ? splitAdts(bytes) : splitEvenly(bytes, format.samplesPerPacket);
  const count = (ROUND_SECONDS * format.sampleRate) / format.samplesPerPacket;
  // A round from the middle, so that the loop's seam is like any other place.
  const from = count + (codec === 'aac' ? AAC_PRIMING_PACKETS : 0);
  return { ...format, packets: packets.slice(from, from + count) };
}

function planSoundArguments({ codec, sampleRate }: SoundFormat, path: string): string[] {
  const { hertz, seconds } = BEEP;
  const pitch = `(${String(hertz.first)}+${String(hertz.step)}*mod(floor(t)\\,${String(hertz.count)}))`;
  const wave = `0.5*sin(2*PI*${pitch}*t)*lt(mod(t\\,1)\\,${String(seconds)})`;
  const source = `aevalsrc=${wave}:s=${String(sampleRate)}:d=${String(3 * ROUND_SECONDS)}`;
  const output = {
    aac: ['-c:a', 'aac', '-b:a', '64k', '-f', 'adts'],
    pcma: ['-c:a', 'pcm_alaw', '-f', 'alaw'],
    pcmu: ['-c:a', 'pcm_mulaw', '-f', 'mulaw'],
  }[codec];
  const quiet = ['-hide_banner', '-loglevel', 'error', '-nostdin', '-y'];
  return [...quiet, '-f', 'lavfi', '-i', source, '-ac', '1', ...output, path];
}

/** Raw AAC frames without their ADTS headers (ISO/IEC 14496-3, 1.A.2.2; no CRC). */
function splitAdts(bytes: Buffer): Buffer[] {
  const frames: Buffer[] = [];
  for (let at = 0; at + ADTS_HEADER_BYTES <= bytes.length;) {
    const length = (bytes.readUInt32BE(at + 2) >>> 5) & 0x1fff;
    frames.push(bytes.subarray(at + ADTS_HEADER_BYTES, at + length));
    at += length;
  }
  return frames;
}

function splitEvenly(bytes: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.floor(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
}
