import { expect, test } from 'vitest';
import { createTransportCut } from './transport-cut.ts';

const PAT = 0;
const VIDEO = 0x100;

/** One packet of MPEG-TS. `counter` counts those of its track. */
function packet(pid: number, counter: number, { begins = false, keyframe = false } = {}): Buffer {
  const bytes = Buffer.alloc(188, 0xff);
  bytes.writeUInt8(0x47, 0);
  bytes.writeUInt16BE((begins ? 0x4000 : 0) | pid, 1);
  bytes.writeUInt8((begins ? 0x30 : 0x10) | (counter & 0xf), 3);
  if (begins) {
    bytes.writeUInt8(7, 4);
    bytes.writeUInt8(keyframe ? 0x50 : 0x10, 5);
  }
  return bytes;
}

/** A frame's first datagram, tables first, and how many packets of video it has. */
const frame = (counter: number, keyframe: boolean, packets = 2): Buffer =>
  Buffer.concat([
    packet(PAT, counter),
    packet(VIDEO, counter, { begins: true, keyframe }),
    ...Array.from({ length: packets - 1 }, (_, index) => packet(VIDEO, counter + 1 + index)),
  ]);
const rest = (counter: number): Buffer => packet(VIDEO, counter);

test('a decoder gets a stream from its first keyframe on, tables first, every datagram of it', () => {
  const cut = createTransportCut();
  expect(cut.take(frame(3, false))).toBeUndefined();
  expect(cut.take(rest(5))).toBeUndefined();
  const keyframe = frame(6, true);
  expect(cut.take(keyframe)).toEqual({ bytes: keyframe, startsWithKeyframe: true });
  expect(cut.take(rest(8))).toEqual({ bytes: rest(8), startsWithKeyframe: false });
  expect(cut.take(frame(9, false))).toMatchObject({ startsWithKeyframe: false });
});

test('packets are counted to 15 and on from 0', () => {
  const cut = createTransportCut();
  cut.take(frame(13, true));
  expect(cut.take(frame(15, false))).toBeDefined();
  expect(cut.take(rest(17))).toBeDefined();
});

test('after a datagram that was lost nothing decodes before the next keyframe', () => {
  const cut = createTransportCut();
  cut.take(frame(0, true));
  expect(cut.take(rest(3))).toBeUndefined();
  expect(cut.take(frame(4, false))).toBeUndefined();
  expect(cut.take(frame(9, true))).toBeDefined();
  expect(cut.take(rest(11))).toBeDefined();
});

test('a datagram that is lost within a keyframe spoils it', () => {
  const cut = createTransportCut();
  cut.take(frame(0, true));
  const holed = Buffer.concat([frame(2, true), rest(6)]);
  expect(cut.take(holed)).toBeUndefined();
});

test.each([
  ['nothing', Buffer.alloc(0)],
  ['garbage', Buffer.alloc(400, 7)],
  ['half a packet', frame(0, true).subarray(0, 300)],
])('%s does not begin a stream', (_what, datagram) => {
  expect(createTransportCut().take(datagram)).toBeUndefined();
});
