import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  concatBytes,
  contentOf,
  findBox,
  getBox,
  readBoxes,
  readBoxHeader,
  sliceBox,
  writeBox,
  writeFullBox,
  writeMediaDataHeader,
} from './boxes.ts';

test('what is written is read back, nested', () => {
  const data = writeBox('moov', writeBox('free', [1, 2]), writeFullBox('tkhd', 1, 3, [7]));
  const tkhd = getBox(data, ['moov', 'tkhd']);
  expect([...sliceBox(data, tkhd)].slice(8)).toEqual([1, 0, 0, 3, 0, 0, 0, 7]);
  expect(contentOf(getBox(data, ['moov']))).toEqual([8, data.byteLength]);
  expect(findBox(data, 'mdat')).toBeUndefined();
  expect(() => getBox(data, ['moov', 'trak'])).toThrow('found no trak');
});

test.each([
  ['no bytes', []],
  ['fewer bytes than a header', [0, 0, 0, 8, 0x66]],
  ['a size of zero, "to the end of the file"', [0, 0, 0, 0, 0x66, 0x72, 0x65, 0x65]],
  ['a size smaller than its header', [0, 0, 0, 7, 0x66, 0x72, 0x65, 0x65]],
  ['a type that is none', [0, 0, 0, 8, 0, 0, 0, 0]],
  ['a 64-bit size that is not there yet', [0, 0, 0, 1, 0x6d, 0x64, 0x61, 0x74, 0, 0]],
])('%s is no box', (_what, bytes) => {
  expect(readBoxHeader(Uint8Array.from(bytes), 0)).toBeUndefined();
});

test('a 64-bit size beyond 4 GiB is read as it was written', () => {
  expect(readBoxHeader(writeMediaDataHeader(6e9), 0)).toEqual({
    type: 'mdat',
    offset: 0,
    headerBytes: 16,
    bytes: 6e9,
  });
});

test('no damage makes reading go on for ever, or beyond the end', () => {
  const sound = concatBytes(
    writeBox('ftyp', [1]),
    writeBox('moov', writeBox('free', [2, 3])),
    writeBox('mdat', [4]),
  );
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(sound.byteLength - 1), fc.nat(255)), { maxLength: 6 }),
      (changes) => {
        const data = Uint8Array.from(sound);
        for (const [at, value] of changes) data[at] = value;
        const boxes = [...readBoxes(data)];
        expect(boxes.every(({ offset, bytes }) => bytes >= 8 && offset + bytes <= data.byteLength)).toBe(
          true,
        );
      },
    ),
  );
});
