import { describe, expect, it } from 'vitest';
import { splitPicture, wrapSound } from './payloads.ts';
import { formatRtpFrame, formatSenderReport, type RtpStream } from './rtp.ts';

const createStream = (): RtpStream => ({ ssrc: 7, sequence: 65_535, packets: 0, octets: 0 });
const createNal = (header: readonly number[]): Buffer =>
  Buffer.concat([Buffer.from(header), Buffer.alloc(3_500 - header.length, 9)]);

/** Interleaved packets without their four bytes of framing. */
function splitPackets(bytes: Buffer): Buffer[] {
  const packets: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += 4 + bytes.readUInt16BE(at + 2)) {
    packets.push(bytes.subarray(at + 4, at + 4 + bytes.readUInt16BE(at + 2)));
  }
  return packets;
}

describe('pictures over RTP', () => {
  it('are small NAL units whole and large ones as FU-A, the marker on the last packet', () => {
    const [sps, slice] = [Buffer.from([0x67, 1, 2]), createNal([0x65])];
    const stream = createStream();
    const payloads = splitPicture({ nals: [sps, slice], isKeyframe: true }, 'h264');
    const packets = splitPackets(formatRtpFrame(stream, 0, { payloadType: 96, timestamp: 90_000, payloads }));
    expect(packets.map((packet) => packet.readUInt16BE(2))).toEqual([65_535, 0, 1, 2]);
    expect(packets.map((packet) => (packet[1] ?? 0) >> 7)).toEqual([0, 0, 0, 1]);
    expect(packets[0]?.subarray(12)).toEqual(sps);
    expect(packets.slice(1).map((packet) => [packet[12], packet[13]])).toEqual([
      [0x7c, 0x85],
      [0x7c, 0x05],
      [0x7c, 0x45],
    ]);
    const body = Buffer.concat(packets.slice(1).map((packet) => packet.subarray(14)));
    expect(body).toEqual(slice.subarray(1));
    expect(stream).toMatchObject({ sequence: 3, packets: 4, octets: 3 + 3_499 + 6 });
  });

  it('keep layer and temporal id of H.265 in every fragmentation unit', () => {
    const slice = createNal([0x26, 0x01]);
    const payloads = splitPicture({ nals: [slice], isKeyframe: true }, 'hevc').map((parts) =>
      Buffer.concat(parts),
    );
    expect(payloads.map((payload) => [...payload.subarray(0, 3)])).toEqual([
      [0x62, 0x01, 0x93],
      [0x62, 0x01, 0x13],
      [0x62, 0x01, 0x53],
    ]);
    expect(Buffer.concat(payloads.map((payload) => payload.subarray(3)))).toEqual(slice.subarray(2));
  });
});

describe('sound over RTP', () => {
  it('has the size of its one AAC frame before it, and nothing before G.711', () => {
    expect(Buffer.concat(wrapSound(Buffer.alloc(300, 1), 'aac')).subarray(0, 5)).toEqual(
      Buffer.from([0, 16, 0x09, 0x60, 1]),
    );
    expect(wrapSound(Buffer.from([5]), 'pcma')).toEqual([Buffer.from([5])]);
  });
});

describe('a sender report', () => {
  it('tells the wall clock as NTP time beside the RTP time', () => {
    const report = formatSenderReport(createStream(), 1, 1234, 1_500);
    expect(report.subarray(0, 4)).toEqual(Buffer.from([0x24, 1, 0, 28]));
    expect(report.readUInt32BE(12)).toBe(2_208_988_801);
    expect(report.readUInt32BE(16)).toBe(2 ** 31);
    expect(report.readUInt32BE(20)).toBe(1234);
  });
});
