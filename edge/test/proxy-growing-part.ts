/** A growing part for tests: made once by FFmpeg with the recorder's own arguments, then handed out by fragments. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readBoxes, sliceBox } from '@padelvar/shared/mp4/boxes';
import { findVideoTrack, parseInitSegment } from '@padelvar/shared/mp4/init-segment';
import { decodeSpan, parseFragment } from '../src/mp4/fragment.ts';
import type { LiveFragment } from '../src/proxy/live-preview.ts';
import { toLiveFragment } from '../src/session/preview-fragment.ts';

export interface GrowingPart {
  init: Buffer;
  fragments: (LiveFragment & { durationMs: number })[];
}

/** One keyframe a second at 25 fps; second `n` is grey of about `20 + 10 n`. */
export async function makeGrowingPart({
  seconds = 8,
  size = '1280x720',
  bFrames = 0,
} = {}): Promise<GrowingPart> {
  const grey = 'geq=lum=20+10*floor(N/25):cb=128:cr=128';
  const source = `color=s=16x16:r=25,format=yuv420p,${grey},scale=${size.replace('x', ':')}`;
  const bytes = await runFfmpeg([
    ...['-f', 'lavfi', '-i', source, '-t', String(seconds), '-c:v', 'libx264', '-preset', 'ultrafast'],
    ...['-g', '25', '-bf', String(bFrames), '-bsf:v', 'dump_extra=freq=keyframe'],
    ...['-video_track_timescale', '90000', '-movflags', '+frag_keyframe+empty_moov+default_base_moof'],
    ...['-frag_duration', '480000', '-f', 'mp4', 'pipe:1'],
  ]);
  const boxes = [...readBoxes(bytes)];
  const slice = (type: string): Buffer[] =>
    boxes.filter((box) => box.type === type).map((box) => Buffer.from(sliceBox(bytes, box)));
  const init = Buffer.concat([...slice('ftyp'), ...slice('moov')]);
  const segment = parseInitSegment(init);
  const track = segment === undefined ? undefined : findVideoTrack(segment);
  if (segment === undefined || track === undefined) throw new Error('expected a video track');
  const data = slice('mdat');
  const fragments = slice('moof').map((moof, index) => {
    const whole = Buffer.concat([moof, data[index] ?? Buffer.alloc(0)]);
    const fragment = parseFragment(moof, segment, 0, whole.length);
    const { beginTicks, endTicks } = decodeSpan(fragment, track.trackId);
    return {
      ...toLiveFragment(
        { init: segment, read: (from, length) => Promise.resolve(whole.subarray(from, from + length)) },
        fragment,
      ),
      durationMs: ((endTicks - beginTicks) * 1000) / track.timescale,
    };
  });
  return { init, fragments };
}

/** Mean grey of each JPEG, 0 to 255. */
export async function readGreys(jpegs: readonly Buffer[]): Promise<number[]> {
  const rgb = await runFfmpeg(
    [
      ...['-f', 'image2pipe', '-c:v', 'mjpeg', '-i', 'pipe:0', '-vf', 'scale=1:1,format=rgb24'],
      ...['-f', 'rawvideo', 'pipe:1'],
    ],
    Buffer.concat(jpegs),
  );
  return [...rgb].filter((_, index) => index % 3 === 0);
}

async function runFfmpeg(ffmpegArguments: readonly string[], input = Buffer.alloc(0)): Promise<Buffer> {
  const child = spawn('ffmpeg', ['-v', 'error', ...ffmpegArguments], { stdio: ['pipe', 'pipe', 'inherit'] });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stdin.end(input);
  await once(child, 'close');
  return Buffer.concat(chunks);
}

/** Width and height in a JPEG's frame header (ITU T.81, B.2.2). */
export function readJpegSize(jpeg: Buffer): [width: number, height: number] {
  for (let at = 2; at < jpeg.length; at += 2 + jpeg.readUInt16BE(at + 2)) {
    const marker = jpeg.readUInt16BE(at);
    if (marker >= 0xffc0 && marker <= 0xffc2) return [jpeg.readUInt16BE(at + 7), jpeg.readUInt16BE(at + 5)];
  }
  throw new Error('expected a frame header');
}
