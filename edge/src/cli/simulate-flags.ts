/** The flags of `padelvar-edge simulate`: what they mean, their defaults, and the courts they ask for (pure). */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { AppError } from '@padelvar/shared/errors';
import { z } from 'zod';
import { SOUND_CODECS } from '../simulate/clip/sound.ts';
import type { CourtOptions } from '../simulate/court.ts';

const KINDS = ['rtsp', 'mjpeg', 'still'] as const;
const KINDS_EXPECTED = 'expected a number from 1 to 64, or a list such as rtsp,mjpeg,still';
const Port = z.coerce.number('expected a port from 0 to 65535').int().min(0).max(65_535);

const Flags = z.object({
  courts: z.string().transform((text, context) => {
    const kinds = parseKinds(text);
    if (kinds === undefined) context.addIssue(KINDS_EXPECTED);
    return kinds ?? z.NEVER;
  }),
  'rtsp-port': Port,
  'mjpeg-port': Port,
  'still-port': Port,
  'control-port': Port,
  user: z.string().min(1).optional(),
  password: z.string().optional(),
  fps: z.coerce.number('expected 1 to 25').int().min(1).max(25),
  codec: z.enum(['h264', 'hevc'], 'expected h264 or hevc'),
  'other-codec': z.enum(['h264', 'hevc'], 'expected h264 or hevc').optional(),
  'b-frames': z.coerce.number('expected 0 to 4').int().min(0).max(4),
  'gop-frames': z.coerce.number('expected 1 to 1000').int().min(1).max(1000),
  audio: z.enum(SOUND_CODECS, 'expected aac, pcma or pcmu').optional(),
  'clock-ppm': z.coerce.number('expected parts in a million').min(-1000).max(1000),
  host: z.string().min(1),
  'clip-folder': z.string().min(1),
  ffmpeg: z.string().min(1),
});
export type Flags = z.output<typeof Flags>;
type Kind = (typeof KINDS)[number];

export const HELP = `padelvar-edge simulate: simulated courts to record from, until Ctrl-C

  --courts 3           how many (in turn rtsp, mjpeg, still), or a list: rtsp,rtsp,mjpeg
  --rtsp-port 8554     port of the first RTSP court; the next takes the port after it
  --mjpeg-port 9554    the same for MJPEG courts
  --still-port 9654    the same for still-image courts
  --control-port 9754  POST /courts/1/fault {"fault":"silence","seconds":10}
  --user, --password   ask for them, by Digest or Basic
  --fps 25             frames per second of the MJPEG courts
  --codec h264         of the RTSP courts, or hevc; --other-codec: theirs under the fault codec
  --b-frames 0         pictures between two others that RTSP courts show earlier than they send them
  --gop-frames 50      frames from keyframe to keyframe of the RTSP courts
  --audio aac          sound of the RTSP courts: aac, pcma or pcmu; none by default
  --clock-ppm 0        by how much the clocks of the RTSP courts run fast
  --host 127.0.0.1     address the courts listen on
  --clip-folder DIR    where the clip is kept between runs
  --ffmpeg PATH        the FFmpeg that makes the clip

A port of 0 takes any free one. Faults: none, drop, silence, refuse, reboot, wrong-password, resolution,
codec, black, frozen, clock-forward, clock-back (these two by "jumpSeconds", 3 h by default).
`;

/** AppError('bad_request') names the flag and what it expects. */
export function parseFlags(argv: string[]): Flags {
  const { values } = readArguments(argv);
  const parsed = Flags.safeParse(values);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const flag = String(issue?.path[0]);
  throw new AppError('bad_request', `--${flag}: ${issue?.message ?? 'not understood'}`, { field: flag });
}

function readArguments(argv: string[]): { values: Record<string, string | undefined> } {
  const text = (value: string): { type: 'string'; default: string } => ({ type: 'string', default: value });
  try {
    return parseArgs({
      args: argv,
      options: {
        courts: text('3'),
        'rtsp-port': text('8554'),
        'mjpeg-port': text('9554'),
        'still-port': text('9654'),
        'control-port': text('9754'),
        user: { type: 'string' },
        password: { type: 'string' },
        fps: text('25'),
        codec: text('h264'),
        'other-codec': { type: 'string' },
        'b-frames': text('0'),
        'gop-frames': text('50'),
        audio: { type: 'string' },
        'clock-ppm': text('0'),
        host: text('127.0.0.1'),
        'clip-folder': text(join(tmpdir(), 'padelvar-clips')),
        ffmpeg: text('ffmpeg'),
      },
    });
  } catch (error) {
    throw new AppError('bad_request', (error as Error).message, { cause: error });
  }
}

function parseKinds(text: string): Kind[] | undefined {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= 64) {
    return Array.from({ length: count }, (_, index) => KINDS[index % KINDS.length] ?? 'rtsp');
  }
  const kinds = text.split(',').map((name) => KINDS.find((kind) => kind === name.trim()));
  return kinds.every((kind) => kind !== undefined) ? kinds : undefined;
}

/** Courts of one kind take consecutive ports from their flag's. */
export function planCourts(flags: Flags): CourtOptions[] {
  const taken = { rtsp: 0, mjpeg: 0, still: 0 };
  const { user, password } = flags;
  return flags.courts.map((kind) => {
    const first = flags[`${kind}-port`];
    const port = first === 0 ? 0 : first + taken[kind];
    taken[kind] += 1;
    const login = user === undefined ? {} : { user, password: password ?? '' };
    return { kind, port, ...login, ...planKind(kind, flags) };
  });
}

function planKind(kind: Kind, flags: Flags): Partial<CourtOptions> {
  if (kind === 'mjpeg') return { fps: flags.fps };
  if (kind === 'still') return {};
  const { codec, audio, 'other-codec': other } = flags;
  const stream = { codec, bFrames: flags['b-frames'], gopFrames: flags['gop-frames'] };
  return {
    ...{ stream, clockPpm: flags['clock-ppm'] },
    ...(other === undefined ? {} : { otherStream: { ...stream, codec: other } }),
    ...(audio === undefined ? {} : { audio }),
  };
}
