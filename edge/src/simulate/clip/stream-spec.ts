/** How a court's RTSP video is coded, the file name under which such a stream is kept, and how it is made (pure). */
import type { VideoCodec } from './access-units.ts';
import type { ClipSpec } from './clip-spec.ts';

/** What there is to see: the clip, darkness with the noise of a sensor, or its first picture for ever. */
export type ShownPicture = 'live' | 'black' | 'frozen';

export interface StreamSpec {
  codec: VideoCodec;
  /** Pictures between two that others refer to, shown earlier than they are sent. */
  bFrames: number;
  /** Frames from keyframe to keyframe. */
  gopFrames: number;
  picture: ShownPicture;
}

/** Raised whenever the same spec gives a different stream. */
const STREAM_VERSION = 1;

/** The clip's own stream: H.264 without B-frames. */
export function planStream(clip: ClipSpec, asked: Partial<StreamSpec> = {}): StreamSpec {
  return { codec: 'h264', bFrames: 0, gopFrames: clip.gopFrames, picture: 'live', ...asked };
}

/** Undefined where the stream is the clip's own. */
export function formatStreamName(
  clip: ClipSpec,
  { codec, bFrames, gopFrames, picture }: StreamSpec,
): string | undefined {
  const isOwn = codec === 'h264' && bFrames === 0 && gopFrames === clip.gopFrames;
  if (isOwn && picture === 'live') return undefined;
  const name = `${codec}-v${String(STREAM_VERSION)}-b${String(bFrames)}-gop${String(gopFrames)}`;
  return picture === 'live' ? name : `${name}-${picture}`;
}

/** FFmpeg's arguments: the clip's H.264 in, Annex B out, and beside it a list of each frame's times in sending order. */
export function planStreamArguments(
  { fps, frames }: { fps: number; frames: number },
  spec: StreamSpec,
  inputPath: string,
  output: { stream: string; times: string },
): string[] {
  const both = `[f=${spec.codec}]${output.stream}|[f=framecrc]${output.times}`;
  return [
    ...['-hide_banner', '-loglevel', 'error', '-nostdin', '-y'],
    ...['-r', String(fps), '-f', 'h264', '-i', inputPath, '-map', '0:v:0', '-pix_fmt', 'yuv420p'],
    ...FILTERS[spec.picture],
    ...['-frames:v', String(frames)],
    ...(spec.codec === 'hevc' ? planHevc(spec) : planH264(spec)),
    ...['-f', 'tee', both],
  ];
}

const FILTERS: Record<ShownPicture, string[]> = {
  live: [],
  black: ['-vf', 'drawbox=color=black:t=fill,noise=alls=6:allf=t'],
  frozen: ['-vf', 'trim=end_frame=1,loop=loop=-1:size=1,setpts=N/FR/TB'],
};

/** Closed GOPs of fixed length, parameter sets at each keyframe, one slice a frame. */
function planH264({ bFrames, gopFrames }: StreamSpec): string[] {
  const gop = String(gopFrames);
  return [
    ...['-c:v', 'libx264', '-preset', 'superfast', '-crf', '23', '-bf', String(bFrames)],
    ...['-g', gop, '-keyint_min', gop, '-sc_threshold', '0'],
    ...['-x264-params', 'sliced-threads=0:repeat-headers=1:b-adapt=0'],
  ];
}

function planHevc({ bFrames, gopFrames }: StreamSpec): string[] {
  const gop = String(gopFrames);
  const parameters = [
    ...['log-level=error', `keyint=${gop}`, `min-keyint=${gop}`, 'scenecut=0', 'open-gop=0'],
    ...[`bframes=${String(bFrames)}`, 'b-adapt=0', 'repeat-headers=1', 'slices=1', 'info=0'],
  ];
  return ['-c:v', 'libx265', '-preset', 'ultrafast', '-crf', '26', '-x265-params', parameters.join(':')];
}

/** Each frame's place in the order of presentation, by its place in the order of sending; from FFmpeg's `framecrc`. */
export function parseShownOrder(times: string): number[] {
  const shown = times
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => Number(line.split(',')[2]));
  const first = Math.min(...shown);
  return shown.map((at) => at - first);
}
