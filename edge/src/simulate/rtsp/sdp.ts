/** A court's description (RFC 8866): its tracks, and how each is packed. Pure. */
import type { VideoStream } from '../clip/stream.ts';
import type { SoundFormat } from '../clip/sound.ts';

/** One track as RTSP offers it. */
export interface RtspTrack {
  payloadType: number;
  /** Ticks of RTP time per second. */
  clockHz: number;
  /** Its lines of the description, from `m=` on. */
  media: string[];
}

export const VIDEO_CLOCK_HZ = 90_000;
const [VIDEO_PAYLOAD_TYPE, AAC_PAYLOAD_TYPE] = [96, 97];
/** RFC 3551, table 4. */
const STATIC_PAYLOAD_TYPES = { pcmu: 0, pcma: 8 };

/** `withSets`: whether the description carries the parameter sets; without, a client learns them from the stream. */
export function describeVideo(stream: VideoStream, fps: number, withSets: boolean): RtspTrack {
  const type = String(VIDEO_PAYLOAD_TYPE);
  const format = stream.codec === 'hevc' ? formatHevc(stream, withSets) : formatH264(stream, withSets);
  const name = stream.codec === 'hevc' ? 'H265' : 'H264';
  return {
    payloadType: VIDEO_PAYLOAD_TYPE,
    clockHz: VIDEO_CLOCK_HZ,
    media: [
      `m=video 0 RTP/AVP ${type}`,
      `a=rtpmap:${type} ${name}/${String(VIDEO_CLOCK_HZ)}`,
      ...(format === '' ? [] : [`a=fmtp:${type} ${format}`]),
      `a=framerate:${String(fps)}`,
    ],
  };
}

/** RFC 6184, 8.1. */
function formatH264({ parameterSets }: VideoStream, withSets: boolean): string {
  const [sps] = parameterSets;
  if (!withSets || sps === undefined) return 'packetization-mode=1';
  const profile = sps.subarray(1, 4).toString('hex').toUpperCase();
  const sets = parameterSets.map((set) => set.toString('base64')).join(',');
  return `packetization-mode=1;profile-level-id=${profile};sprop-parameter-sets=${sets}`;
}

/** RFC 7798, 7.1. */
function formatHevc({ parameterSets }: VideoStream, withSets: boolean): string {
  if (!withSets) return '';
  const names = ['sprop-vps', 'sprop-sps', 'sprop-pps'];
  return parameterSets.map((set, index) => `${names[index] ?? ''}=${set.toString('base64')}`).join('; ');
}

export function describeSound({ codec, sampleRate }: SoundFormat): RtspTrack {
  const clock = `${String(sampleRate)}/1`;
  if (codec !== 'aac') {
    const payloadType = STATIC_PAYLOAD_TYPES[codec];
    const type = String(payloadType);
    const media = [`m=audio 0 RTP/AVP ${type}`, `a=rtpmap:${type} ${codec.toUpperCase()}/${clock}`];
    return { payloadType, clockHz: sampleRate, media };
  }
  const type = String(AAC_PAYLOAD_TYPE);
  const hbr = 'streamtype=5;profile-level-id=1;mode=AAC-hbr;sizelength=13;indexlength=3;indexdeltalength=3';
  return {
    payloadType: AAC_PAYLOAD_TYPE,
    clockHz: sampleRate,
    media: [
      `m=audio 0 RTP/AVP ${type}`,
      `a=rtpmap:${type} MPEG4-GENERIC/${clock}`,
      // AudioSpecificConfig: AAC-LC, 16 kHz, mono (ISO/IEC 14496-3, 1.6.2.1).
      `a=fmtp:${type} ${hbr};config=1408`,
    ],
  };
}

export function formatSdp(tracks: readonly RtspTrack[]): string {
  return [
    ...['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=PadelVar simulated court', 'c=IN IP4 0.0.0.0', 't=0 0'],
    ...['a=control:*', 'a=range:npt=now-'],
    ...tracks.flatMap(({ media }, index) => [...media, `a=control:trackID=${String(index)}`]),
    '',
  ].join('\r\n');
}
