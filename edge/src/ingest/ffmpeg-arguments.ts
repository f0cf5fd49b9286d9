/** What the ingest's FFmpeg is told, from its input to the growing part. Pure; tried with FFmpeg 5.1. */

/** Length of a fragment, microseconds: what a crash can cost, and how far the live view is behind. */
export const FRAGMENT_MICROSECONDS = 480_000;
/** Ticks per second of every part's video track. */
export const VIDEO_TIMESCALE = 90_000;

const QUIET = ['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'warning'];
const MOV_FLAGS = '+frag_keyframe+empty_moov+default_base_moof';
/** Without flushing, the end of a fragment waits for the next one to fill FFmpeg's 256 KiB of output. */
const FRAGMENTED = [
  ...['-video_track_timescale', String(VIDEO_TIMESCALE), '-map_metadata', '-1', '-flush_packets', '1'],
  ...['-movflags', MOV_FLAGS, '-frag_duration', String(FRAGMENT_MICROSECONDS)],
];

export interface CopyPlan {
  inputArguments: readonly string[];
  codec: 'h264' | 'hevc';
  /**
   * Whether to keep what comes before the first keyframe: it shows that the camera sends, where keyframes are many seconds
   * apart. Not where FFmpeg probes by itself: it then stamps the frames around the first keyframe one tick apart.
   */
  keepsLeadIn?: boolean;
  /** Sound to be recorded: AAC is copied, G.711 becomes AAC. */
  sound?: 'aac' | 'g711' | undefined;
  partPath: string;
}

/** Stream copy of the first video track, and of the first sound track where it is wanted; parameter sets repeated at every keyframe. */
export function planCopyArguments({
  inputArguments,
  codec,
  sound,
  keepsLeadIn = false,
  partPath,
}: CopyPlan): string[] {
  const tag = codec === 'hevc' ? ['-tag:v', 'hvc1'] : [];
  const leadIn = keepsLeadIn ? ['-copyinkf'] : [];
  const video = ['-map', '0:v:0', '-c:v', 'copy', ...leadIn, ...tag, '-bsf:v', 'dump_extra=freq=keyframe'];
  return [...QUIET, ...inputArguments, ...video, ...planSound(sound), ...FRAGMENTED, '-f', 'mp4', partPath];
}

function planSound(sound: CopyPlan['sound']): string[] {
  if (sound === undefined) return [];
  return ['-map', '0:a:0', ...(sound === 'aac' ? ['-c:a', 'copy'] : ['-c:a', 'aac', '-b:a', '64k'])];
}

export interface EncodePlan {
  inputArguments: readonly string[];
  partPath: string;
}

/** H.264 out of paced JPEGs: CRF 23, veryfast, 25 fps, a keyframe every 2 s, no delay. */
export function planEncodeArguments({ inputArguments, partPath }: EncodePlan): string[] {
  const encode = [
    ...[
      '-map',
      '0:v:0',
      '-vf',
      'scale=out_range=tv,format=yuv420p',
      '-c:v',
      'libx264',
      '-preset',
      'veryfast',
      '-crf',
      '23',
    ],
    ...['-r', '25', '-g', '50', '-tune', 'zerolatency', '-bsf:v', 'dump_extra=freq=keyframe'],
  ];
  return [...QUIET, ...inputArguments, ...encode, ...FRAGMENTED, '-f', 'mp4', partPath];
}
