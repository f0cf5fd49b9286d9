/** RTP packets and sender reports (RFC 3550), interleaved in TCP (RFC 2326, 10.12). Pure. */

/** Bytes of payload in one packet, as cameras send over an Ethernet. */
export const MAX_PAYLOAD_BYTES = 1_400;
const [RTP_HEADER_BYTES, INTERLEAVED_BYTES] = [12, 4];
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

/** One packet's payload, as the pieces it is made of. */
export type RtpPayload = readonly Buffer[];

export interface RtpFrame {
  payloadType: number;
  /** RTP time of all its packets. */
  timestamp: number;
  payloads: readonly RtpPayload[];
}

/** All packets of one frame, ready for the socket; the marker stands on the last one. */
export function formatRtpFrame(stream: RtpStream, channel: number, frame: RtpFrame): Buffer {
  const { payloads } = frame;
  return Buffer.concat(
    payloads.flatMap((parts, index) => {
      const bytes = parts.reduce((sum, part) => sum + part.length, 0);
      return [formatHeader(stream, channel, frame, bytes, index === payloads.length - 1), ...parts];
    }),
  );
}

function formatHeader(
  stream: RtpStream,
  channel: number,
  { payloadType, timestamp }: RtpFrame,
  payloadBytes: number,
  isLast: boolean,
): Buffer {
  const header = Buffer.allocUnsafe(INTERLEAVED_BYTES + RTP_HEADER_BYTES);
  header.writeUInt8(0x24, 0);
  header.writeUInt8(channel, 1);
  header.writeUInt16BE(RTP_HEADER_BYTES + payloadBytes, 2);
  header.writeUInt8(0x80, 4);
  header.writeUInt8((isLast ? 0x80 : 0) | payloadType, 5);
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
