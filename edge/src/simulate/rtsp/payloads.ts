/** What goes into RTP packets: pictures (RFC 6184 mode 1, RFC 7798) and sound (RFC 3640 AAC-hbr, RFC 3551). Pure. */
import type { AccessUnit, VideoCodec } from '../clip/access-units.ts';
import type { SoundCodec } from '../clip/sound.ts';
import { MAX_PAYLOAD_BYTES, type RtpPayload } from './rtp.ts';

const [H264_FU_A, HEVC_FU] = [28, 49];

/** Small NAL units whole, large ones as fragmentation units. */
export function splitPicture({ nals }: AccessUnit, codec: VideoCodec): RtpPayload[] {
  return nals.flatMap((nal) => {
    if (nal.length <= MAX_PAYLOAD_BYTES) return [[nal]];
    return codec === 'hevc' ? fragmentHevc(nal) : fragmentH264(nal);
  });
}

/** RFC 6184, 5.8: FU indicator, FU header. */
function fragmentH264(nal: Buffer): RtpPayload[] {
  const first = nal[0] ?? 0;
  return fragment(nal, 1, first & 0x1f, [(first & 0xe0) | H264_FU_A]);
}

/** RFC 7798, 4.4.3: payload header of two bytes with type 49, FU header. */
function fragmentHevc(nal: Buffer): RtpPayload[] {
  const [first = 0, second = 0] = nal;
  return fragment(nal, 2, (first >> 1) & 0x3f, [(first & 0x81) | (HEVC_FU << 1), second]);
}

function fragment(nal: Buffer, headerBytes: number, type: number, before: readonly number[]): RtpPayload[] {
  const step = MAX_PAYLOAD_BYTES - before.length - 1;
  const payloads: RtpPayload[] = [];
  for (let at = headerBytes; at < nal.length; at += step) {
    const [start, end] = [at === headerBytes ? 0x80 : 0, at + step >= nal.length ? 0x40 : 0];
    payloads.push([Buffer.from([...before, start | end | type]), nal.subarray(at, at + step)]);
  }
  return payloads;
}

/** One packet of sound; AAC has a header before it: one access unit of 13 bits of size and 3 of index (RFC 3640, 3.3.6). */
export function wrapSound(packet: Buffer, codec: SoundCodec): RtpPayload {
  if (codec !== 'aac') return [packet];
  const header = Buffer.from([0, 16, 0, 0]);
  header.writeUInt16BE(packet.length << 3, 2);
  return [header, packet];
}
