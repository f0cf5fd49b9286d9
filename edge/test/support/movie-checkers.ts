/** What three independent readers say of a movie: FFmpeg, mediabunny and mp4box. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { ALL_FORMATS, BufferSource, EncodedPacketSink, Input } from 'mediabunny';
import type { InputTrack } from 'mediabunny';
import { createFile, MP4BoxBuffer } from 'mp4box';
import type { Track } from 'mp4box';

const run = promisify(execFile);
/** By how much readers may differ on when a track ends, milliseconds: each rounds to ticks of its own. */
const SAME_MS = 2;

export interface SoundWitness {
  packets: number;
  /** When the last one ends on the movie's time line. */
  durationMs: number;
}

export interface MovieWitness {
  frames: number;
  keyframes: number;
  /** When the last frame ends on the movie's time line. */
  durationMs: number;
  sound: SoundWitness | undefined;
}

interface ProbedStream {
  codec_type: string;
  duration: string;
}

export async function askFfprobe(path: string): Promise<MovieWitness> {
  const entries = ['-show_entries', 'packet=codec_type,flags:stream=codec_type,duration', '-of', 'json'];
  const { stdout } = await run('ffprobe', ['-v', 'error', ...entries, path], { maxBuffer: 1e8 });
  const { packets, streams } = JSON.parse(stdout) as {
    packets: { codec_type: string; flags: string }[];
    streams: ProbedStream[];
  };
  const pictures = packets.filter(({ codec_type }) => codec_type === 'video');
  const durationOf = (type: string): number | undefined => {
    const stream = streams.find(({ codec_type }) => codec_type === type);
    return stream === undefined ? undefined : Number(stream.duration) * 1000;
  };
  const soundMs = durationOf('audio');
  return {
    frames: pictures.length,
    keyframes: pictures.filter(({ flags }) => flags.startsWith('K')).length,
    durationMs: durationOf('video') ?? Number.NaN,
    sound:
      soundMs === undefined ? undefined : { packets: packets.length - pictures.length, durationMs: soundMs },
  };
}

interface Counted {
  packets: number;
  keyframes: number;
  durationMs: number;
}

export async function askMediabunny(path: string): Promise<MovieWitness> {
  const input = new Input({ source: new BufferSource(await readFile(path)), formats: ALL_FORMATS });
  const [picture, sound] = [await input.getPrimaryVideoTrack(), await input.getPrimaryAudioTrack()];
  if (picture === null) throw new Error('expected a video track');
  return witness(await countPackets(picture), sound === null ? undefined : await countPackets(sound));
}

async function countPackets(track: InputTrack): Promise<Counted> {
  const counted = { packets: 0, keyframes: 0 };
  const packets = new EncodedPacketSink(track).packets(undefined, undefined, { metadataOnly: true });
  for await (const { type } of packets) {
    counted.packets += 1;
    if (type === 'key') counted.keyframes += 1;
  }
  return { ...counted, durationMs: (await track.computeDuration()) * 1000 };
}

export interface ParsedMovie extends MovieWitness {
  /** How many of its frames are shown: an edit list may hide those around a clip. */
  shown: number;
  offsets: number[];
}

/** Reads the index alone: `bytes` may end where the frames begin. */
export function askMp4box(bytes: Uint8Array): ParsedMovie {
  const file = createFile();
  file.appendBuffer(MP4BoxBuffer.fromArrayBuffer(Uint8Array.from(bytes).buffer, 0));
  file.flush();
  const { videoTracks, audioTracks } = file.getInfo();
  const [[picture], [sound]] = [videoTracks, audioTracks];
  if (picture === undefined) throw new Error('expected a video track');
  const placeSamples = (track: Track): PlacedSample[] => {
    const { beginMs } = editsOf(track);
    return file.getTrackSamplesInfo(track.id).map(({ cts, duration, is_sync, offset }) => ({
      ...{ offset, isKeyframe: is_sync, atMs: beginMs + (cts * 1000) / track.timescale },
      lastsMs: (duration * 1000) / track.timescale,
    }));
  };
  const pictures = placeSamples(picture);
  const { endMs } = editsOf(picture);
  return {
    ...witness(countSamples(pictures), sound === undefined ? undefined : countSamples(placeSamples(sound))),
    shown: pictures.filter(({ atMs }) => atMs > -SAME_MS && atMs < endMs - SAME_MS).length,
    offsets: pictures.map(({ offset }) => offset),
  };
}

interface PlacedSample {
  offset: number;
  isKeyframe: boolean;
  /** On the movie's time line. */
  atMs: number;
  lastsMs: number;
}

const countSamples = (samples: readonly PlacedSample[]): Counted => ({
  packets: samples.length,
  keyframes: samples.filter(({ isKeyframe }) => isKeyframe).length,
  durationMs: samples.reduce((endMs, { atMs, lastsMs }) => Math.max(endMs, atMs + lastsMs), 0),
});

/** Where a track's edit list puts its samples' own beginning on the movie's time line, and where it ends; milliseconds. */
function editsOf({ edits = [], timescale, movie_timescale }: Track): { beginMs: number; endMs: number } {
  let [beginMs, endMs] = [0, 0];
  for (const { media_time, segment_duration } of edits) {
    const segmentMs = (segment_duration * 1000) / movie_timescale;
    endMs += segmentMs;
    beginMs += media_time === -1 ? segmentMs : (-media_time * 1000) / timescale;
  }
  return { beginMs, endMs: edits.length === 0 ? Infinity : endMs };
}

function witness({ packets, ...picture }: Counted, sound: Counted | undefined): MovieWitness {
  return {
    ...{ frames: packets, ...picture },
    sound: sound === undefined ? undefined : { packets: sound.packets, durationMs: sound.durationMs },
  };
}

/** In what mp4box and mediabunny read another movie than each other, or than FFmpeg showed frames of; empty where in nothing. */
export async function findDisagreement(path: string, decodedFrames?: number): Promise<string> {
  const one = askMp4box(await readFile(path));
  const other = await askMediabunny(path);
  const { shown } = one;
  const counts = ({ frames, keyframes, sound }: MovieWitness): string =>
    JSON.stringify({ frames, keyframes, sound: sound?.packets });
  const tell = (seen: MovieWitness): string =>
    `${counts(seen)} of ${String(seen.durationMs)} and ${String(seen.sound?.durationMs)} ms`;
  const isSameLength =
    Math.abs(one.durationMs - other.durationMs) <= SAME_MS &&
    Math.abs((one.sound?.durationMs ?? 0) - (other.sound?.durationMs ?? 0)) <= SAME_MS;
  if (counts(one) === counts(other) && isSameLength && (decodedFrames ?? shown) === shown) return '';
  const decoded = decodedFrames === undefined ? '' : `, of which FFmpeg shows ${String(decodedFrames)}`;
  return `mp4box reads ${tell(one)}, ${String(shown)} shown, mediabunny ${tell(other)}${decoded}`;
}

/** The bytes of each packet of its sound, as mediabunny reads them. */
export async function readSoundPackets(path: string): Promise<Uint8Array[]> {
  const input = new Input({ source: new BufferSource(await readFile(path)), formats: ALL_FORMATS });
  const track = await input.getPrimaryAudioTrack();
  if (track === null) throw new Error('expected a sound track');
  const packets: Uint8Array[] = [];
  for await (const { data } of new EncodedPacketSink(track).packets()) packets.push(data);
  return packets;
}

/**
 * Into how few runs of what was sent in a loop, byte for byte, those packets can be divided; infinite where one of them was
 * never sent.
 */
export function countRuns(packets: readonly Uint8Array[], sent: readonly Uint8Array[]): number {
  const lengthOf = (from: number, start: number): number => {
    let length = 0;
    const isSame = (): boolean => {
      const [one, other] = [packets[from + length], sent[(start + length) % sent.length]];
      return one !== undefined && other !== undefined && Buffer.compare(one, other) === 0;
    };
    while (isSame()) length += 1;
    return length;
  };
  let runs = 0;
  for (let from = 0; from < packets.length; runs += 1) {
    const longest = Math.max(...sent.map((_packet, start) => lengthOf(from, start)));
    if (longest === 0) return Infinity;
    from += longest;
  }
  return runs;
}
