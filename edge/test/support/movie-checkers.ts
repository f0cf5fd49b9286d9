/** What three independent readers say of a movie: FFmpeg, mediabunny and mp4box. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { ALL_FORMATS, BufferSource, EncodedPacketSink, Input } from 'mediabunny';
import { createFile, MP4BoxBuffer } from 'mp4box';

const run = promisify(execFile);

export interface MovieWitness {
  frames: number;
  keyframes: number;
  /** Of the video track, as shown. */
  durationMs: number;
}

export async function askFfprobe(path: string): Promise<MovieWitness> {
  const { stdout } = await run(
    'ffprobe',
    [
      '-v',
      'error',
      '-select_streams',
      'v',
      '-show_entries',
      'packet=flags:stream=duration',
      '-of',
      'json',
      path,
    ],
    { maxBuffer: 1e8 },
  );
  const { packets, streams } = JSON.parse(stdout) as {
    packets: { flags: string }[];
    streams: { duration: string }[];
  };
  return {
    frames: packets.length,
    keyframes: packets.filter(({ flags }) => flags.startsWith('K')).length,
    durationMs: Number(streams[0]?.duration) * 1000,
  };
}

export async function askMediabunny(path: string): Promise<MovieWitness> {
  const input = new Input({ source: new BufferSource(await readFile(path)), formats: ALL_FORMATS });
  const track = await input.getPrimaryVideoTrack();
  if (track === null) throw new Error('expected a video track');
  let [frames, keyframes] = [0, 0];
  for await (const packet of new EncodedPacketSink(track).packets(undefined, undefined, {
    metadataOnly: true,
  })) {
    frames += 1;
    if (packet.type === 'key') keyframes += 1;
  }
  return { frames, keyframes, durationMs: (await track.computeDuration()) * 1000 };
}

export interface ParsedMovie extends MovieWitness {
  offsets: number[];
}

/** Reads the index alone: `bytes` may end where the frames begin. */
export function askMp4box(bytes: Uint8Array): ParsedMovie {
  const file = createFile();
  file.appendBuffer(MP4BoxBuffer.fromArrayBuffer(Uint8Array.from(bytes).buffer, 0));
  file.flush();
  const track = file.getInfo().videoTracks[0];
  if (track === undefined) throw new Error('expected a video track');
  const samples = file.getTrackSamplesInfo(track.id);
  return {
    frames: samples.length,
    keyframes: samples.filter(({ is_sync }) => is_sync).length,
    durationMs: (track.duration / track.timescale) * 1000,
    offsets: samples.map(({ offset }) => offset),
  };
}
