/** What a camera says of its streams (SDP, RFC 8866), as far as a recorder needs it. Pure. */

export interface SdpSummary {
  /** The first video stream; `codec` is its encoding name in upper case, such as `H264`. */
  video: { codec: string; hasParameterSets: boolean } | undefined;
  hasAudio: boolean;
  /** The first sound stream's encoding name in upper case, such as `MPEG4-GENERIC` or `PCMA`. */
  audioCodec: string | undefined;
}

/** RTP/AVP payload types that need no `rtpmap` (RFC 3551, table 5). */
const STATIC_VIDEO_CODECS: Record<string, string> = {
  '26': 'JPEG',
  '31': 'H261',
  '32': 'MPV',
  '33': 'MP2T',
  '34': 'H263',
};

const STATIC_AUDIO_CODECS: Record<string, string> = { '0': 'PCMU', '8': 'PCMA' };

/** Out-of-band parameter sets by codec: H.264 wants SPS and PPS in one value, H.265 has a value for each. */
const PARAMETER_SETS: Record<string, RegExp[]> = {
  H264: [/\bsprop-parameter-sets=[^;,\s]+,[^;,\s]+/i],
  H265: [/\bsprop-vps=[^;\s]+/i, /\bsprop-sps=[^;\s]+/i, /\bsprop-pps=[^;\s]+/i],
};

export function parseSdp(text: string): SdpSummary {
  const sections = text.split(/^(?=m=)/m).slice(1);
  const video = sections.find((section) => section.startsWith('m=video'));
  const audio = sections.find((section) => section.startsWith('m=audio'));
  return {
    video: video === undefined ? undefined : parseVideo(video),
    hasAudio: audio !== undefined,
    audioCodec: audio === undefined ? undefined : findCodec(audio, STATIC_AUDIO_CODECS),
  };
}

function parseVideo(section: string): SdpSummary['video'] {
  const codec = findCodec(section, STATIC_VIDEO_CODECS);
  const format = new RegExp(`^a=fmtp:${payloadTypeOf(section)}\\s+(.*)$`, 'm').exec(section)?.[1] ?? '';
  const needed = PARAMETER_SETS[codec] ?? [];
  return { codec, hasParameterSets: needed.length > 0 && needed.every((pattern) => pattern.test(format)) };
}

function payloadTypeOf(section: string): string {
  return /^m=\S+ \S+ \S+ (\d{1,3})/.exec(section)?.[1] ?? '';
}

function findCodec(section: string, staticCodecs: Record<string, string>): string {
  const payloadType = payloadTypeOf(section);
  const mapped = new RegExp(`^a=rtpmap:${payloadType}\\s+([^/\\s]+)`, 'm').exec(section)?.[1];
  return mapped?.toUpperCase() ?? staticCodecs[payloadType] ?? 'unknown';
}
