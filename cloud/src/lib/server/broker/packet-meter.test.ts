import { MAX_PACKET_BYTES } from '@padelvar/shared/limits';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPacketMeter } from './packet-meter.ts';

/** A packet of this type with a body of zeros. */
function packet(type: number, bodyBytes: number): Buffer {
  const length: number[] = [];
  let left = bodyBytes;
  do {
    length.push((left % 128) | (left >= 128 ? 0x80 : 0));
    left = Math.floor(left / 128);
  } while (left > 0);
  return Buffer.concat([Buffer.from([type << 4, ...length]), Buffer.alloc(bodyBytes)]);
}

describe('the packet meter', () => {
  it('lets packets pass however they are cut', () => {
    const stream = Buffer.concat([packet(1, 100), packet(3, 5_000), packet(12, 0), packet(3, 200)]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1 }), (sizes) => {
        const meter = createPacketMeter();
        for (let at = 0, turn = 0; at < stream.length; turn += 1) {
          const size = sizes[turn % sizes.length] ?? 1;
          expect(meter.admit(stream.subarray(at, at + size))).toBeUndefined();
          at += size;
        }
      }),
    );
  });

  it('refuses a first packet that is not CONNECT', () => {
    expect(createPacketMeter().admit(packet(3, 10))).toBe('the first packet is not CONNECT');
  });

  it('refuses a CONNECT of 200 MiB by the five bytes that announce it', () => {
    expect(createPacketMeter().admit(packet(1, 200 * 1024 * 1024).subarray(0, 5))).toMatch(/too large/);
  });

  it('refuses many small packets before the sender is accepted', () => {
    const meter = createPacketMeter();
    expect(meter.admit(packet(1, 100))).toBeUndefined();
    expect(meter.admit(Buffer.concat(Array.from({ length: 100 }, () => packet(3, 100))))).toMatch(
      /before CONNECT/,
    );
  });

  it('refuses a packet over 256 KiB of a sender it knows', () => {
    const meter = createPacketMeter();
    meter.admit(packet(1, 100));
    meter.accept();
    expect(meter.admit(packet(3, MAX_PACKET_BYTES))).toBeUndefined();
    expect(meter.admit(packet(3, MAX_PACKET_BYTES + 1).subarray(0, 5))).toMatch(/too large/);
  });

  it('refuses a length that never ends', () => {
    expect(createPacketMeter().admit(Buffer.from([0x10, 0xff, 0xff, 0xff, 0xff, 0x01]))).toMatch(
      /four bytes/,
    );
  });
});
