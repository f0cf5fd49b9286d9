/** What the ingest's FFmpeg is told, from its input to the growing part. Pure; tried with FFmpeg 5.1. */
import { READER_HOST, SENDER_HOST } from '../base/loopback-datagrams.ts';

/** Length of a fragment, microseconds: what a crash can cost, and how far the live view is behind. */
export const FRAGMENT_MICROSECONDS = 480_000;
/** Ticks per second of every part's video track. */
export const VIDEO_TIMESCALE = 90_000;

/** The most in a datagram: 174 packets of MPEG-TS. A frame in one datagram costs its reader far less than in 20 small ones. */
const LOW_DELAY_BYTES = 174 * 188;

const VIDEO_COPY = ['-map', '0:v:0', '-c:v', 'copy', '-bsf:v', 'dump_extra=freq=keyframe'];
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
  /** The UDP port to which the same pictures go as they come. */
  lowDelayPort?: number | undefined;
  partPath: string;
}

/**
 * Stream copy of the first video track, and of the first sound track where it is wanted; parameter sets repeated at every
 * keyframe. The part is the last argument: its writer is found by that.
 */
export function planCopyArguments({
  inputArguments,
  codec,
  sound,
  keepsLeadIn = false,
  lowDelayPort,
  partPath,
}: CopyPlan): string[] {
  const tag = codec === 'hevc' ? ['-tag:v', 'hvc1'] : [];
  const leadIn = keepsLeadIn ? ['-copyinkf'] : [];
  const part = [...VIDEO_COPY, ...leadIn, ...tag, ...planSound(sound), ...FRAGMENTED, '-f', 'mp4', partPath];
  const lowDelay = lowDelayPort === undefined ? [] : planLowDelayOutput(lowDelayPort);
  return [...QUIET, ...inputArguments, ...lowDelay, ...part];
}

/**
 * MPEG-TS in datagrams on the loopback, for whoever listens; nobody need. UDP tells FFmpeg nothing of a port that nobody
 * has open, and a reader that is slow loses datagrams by itself. What else may go wrong with it stays in the queue's own
 * thread, which tries again: the part goes on. The sender has the port of the same number at another address, so that no two
 * FFmpegs send to one reader. A frame is a few datagrams, the first of which tells what is in the stream: a reader may begin
 * with any keyframe, and with the length of each frame written before it shows the frame without waiting for the next one.
 */
function planLowDelayOutput(port: number): string[] {
  const source = `localaddr=${SENDER_HOST}&localport=${String(port)}`;
  return [
    ...[...VIDEO_COPY, '-f', 'fifo', '-fifo_format', 'mpegts', '-queue_size', '60'],
    ...['-drop_pkts_on_overflow', '1', '-attempt_recovery', '1', '-recover_any_error', '1'],
    ...['-recovery_wait_time', '10', '-restart_with_keyframe', '1'],
    ...['-format_opts', 'flush_packets=1:omit_video_pes_length=0:mpegts_flags=pat_pmt_at_frames'],
    `udp://${READER_HOST}:${String(port)}?pkt_size=${String(LOW_DELAY_BYTES)}&${source}`,
  ];
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
