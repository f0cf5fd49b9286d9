/** H.264 over RTP (RFC 3550, RFC 6184 packetization mode 1: single NAL units and FU-A), interleaved in TCP. Pure. */
import type { AccessUnit } from '../clip/access-units.ts';

export const RTP_CLOCK_HZ = 90_000;
export const H264_PAYLOAD_TYPE = 96;
/** Bytes of NAL unit in one packet, as cameras send over an Ethernet. */
const MAX_PAYLOAD_BYTES = 1_400;
const [RTP_HEADER_BYTES, INTERLEAVED_BYTES, FU_HEADER_BYTES] = [12, 4, 2];
const FU_A = 28;
const SENDER_REPORT = 200;
/** Seconds between 1900 (NTP) and 1970 (Unix). */
const NTP_OFFSET_SECONDS = 2_208_988_800;

/** One sender's place in its RTP stream; `sequence` and the counters grow as packets are formatted. */
export interface RtpStream {
  ssrc: number;
  /** Sequence number of the next packet. */
  sequence: number;
  packets: number;
  octets: number;
}

/** All packets of one frame, ready for the socket; the marker stands on the last one. */
export function formatRtpFrame(
  stream: RtpStream,
  channel: number,
  timestamp: number,
  unit: AccessUnit,
): Buffer {
  const payloads = unit.nals.flatMap(splitPayloads);
  return Buffer.concat(
    payloads.flatMap((parts, index) => {
      const bytes = parts.reduce((sum, part) => sum + part.length, 0);
      return [formatHeader(stream, channel, timestamp, bytes, index === payloads.length - 1), ...parts];
    }),
  );
}

/** One packet's payload per entry, as the pieces it is made of. */
function splitPayloads(nal: Buffer): Buffer[][] {
  if (nal.length <= MAX_PAYLOAD_BYTES) return [[nal]];
  const first = nal[0] ?? 0;
  const step = MAX_PAYLOAD_BYTES - FU_HEADER_BYTES;
  const payloads: Buffer[][] = [];
  for (let at = 1; at < nal.length; at += step) {
    const [start, end] = [at === 1 ? 0x80 : 0, at + step >= nal.length ? 0x40 : 0];
    const header = Buffer.from([(first & 0xe0) | FU_A, start | end | (first & 0x1f)]);
    payloads.push([header, nal.subarray(at, at + step)]);
  }
  return payloads;
}

function formatHeader(
  stream: RtpStream,
  channel: number,
  timestamp: number,
  payloadBytes: number,
  isLast: boolean,
): Buffer {
  const header = Buffer.allocUnsafe(INTERLEAVED_BYTES + RTP_HEADER_BYTES);
  header.writeUInt8(0x24, 0);
  header.writeUInt8(channel, 1);
  header.writeUInt16BE(RTP_HEADER_BYTES + payloadBytes, 2);
  header.writeUInt8(0x80, 4);
  header.writeUInt8((isLast ? 0x80 : 0) | H264_PAYLOAD_TYPE, 5);
  header.writeUInt16BE(stream.sequence, 6);
  header.writeUInt32BE(timestamp, 8);
  header.writeUInt32BE(stream.ssrc, 12);
  stream.sequence = (stream.sequence + 1) & 0xffff;
  stream.packets += 1;
  stream.octets += payloadBytes;
  return header;
}

/** A sender report without report blocks (RFC 3550, 6.4.1): this RTP time is that wall-clock time. */
export function formatSenderReport(
  stream: RtpStream,
  channel: number,
  timestamp: number,
  wallClockMs: number,
): Buffer {
  const report = Buffer.alloc(INTERLEAVED_BYTES + 28);
  report.writeUInt8(0x24, 0);
  report.writeUInt8(channel, 1);
  report.writeUInt16BE(28, 2);
  report.writeUInt8(0x80, 4);
  report.writeUInt8(SENDER_REPORT, 5);
  report.writeUInt16BE(6, 6);
  report.writeUInt32BE(stream.ssrc, 8);
  const seconds = Math.floor(wallClockMs / 1000);
  report.writeUInt32BE((seconds + NTP_OFFSET_SECONDS) % 2 ** 32, 12);
  report.writeUInt32BE(Math.floor(((wallClockMs - seconds * 1000) / 1000) * 2 ** 32), 16);
  report.writeUInt32BE(timestamp, 20);
  report.writeUInt32BE(stream.packets % 2 ** 32, 24);
  report.writeUInt32BE(stream.octets % 2 ** 32, 28);
  return report;
}
