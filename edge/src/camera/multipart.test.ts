import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fakeJpeg, formatPart } from '../../test/camera-servers.ts';
import { MultipartParser } from './multipart.ts';

function parse(chunks: readonly Buffer[], maxFrameBytes?: number): string[] {
  const frames: string[] = [];
  const parser = new MultipartParser((jpeg) => frames.push(jpeg.toString('hex')), maxFrameBytes);
  for (const chunk of chunks) parser.push(chunk);
  return frames;
}

function split(bytes: Buffer, chunkBytes: number): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += chunkBytes) chunks.push(bytes.subarray(at, at + chunkBytes));
  return chunks;
}

const [one, two] = [fakeJpeg('one'), fakeJpeg('two')];
const hex = (...frames: Buffer[]): string[] => frames.map((frame) => frame.toString('hex'));
const stream = (text: string): Buffer =>
  Buffer.concat(
    text.split(/(?=<)|(?<=>)/).map((piece) => {
      if (piece === '<1>') return one;
      return piece === '<2>' ? two : Buffer.from(piece);
    }),
  );

test.each([
  [
    'a boundary as declared',
    '--b\r\nContent-Length: 8\r\n\r\n<1>\r\n--b\r\nContent-Length: 8\r\n\r\n<2>\r\n--b--',
  ],
  ['a boundary with dashes of its own', '----b\r\n\r\n<1>\r\n----b\r\n\r\n<2>\r\n----b--\r\n'],
  ['no lengths', '--b\r\nContent-Type: image/jpeg\r\n\r\n<1>\r\n--b\r\n\r\n<2>\r\n--b'],
  ['bare line feeds', '--b\nContent-Type: image/jpeg\n\n<1>\n--b\n\n<2>\n--b'],
  ['a preamble', 'hello\r\n\r\n--b\r\ncontent-length:8\r\n\r\n<1>\r\n--b\r\ncontent-length:8\r\n\r\n<2>'],
  [
    'no line break before the boundary',
    '--b\r\nContent-Length: 8\r\n\r\n<1>--b\r\nContent-Length: 8\r\n\r\n<2>',
  ],
  [
    'blank lines after frames',
    '--b\r\nContent-Length: 8\r\n\r\n<1>\r\n\r\n\r\n--b\r\nContent-Length: 8\r\n\r\n<2>',
  ],
  ['a part that is no picture', '--b\r\n\r\nhello\r\n--b\r\n\r\n<1>\r\n--b\r\n\r\n<2>\r\n--b'],
  ['half a picture', '--b\r\nContent-Length: 4\r\n\r\n<1>\r\n--b\r\n\r\n<1>\r\n--b\r\n\r\n<2>\r\n--b'],
])('frames come out of a stream with %s, byte by byte too', (_name, text) => {
  expect(parse([stream(text)])).toEqual(hex(one, two));
  expect(parse(split(stream(text), 1))).toEqual(hex(one, two));
});

test('whatever the pictures hold and wherever the chunks end, the same frames come out', () => {
  const picture = fc.uint8Array({ maxLength: 200 }).map((bytes) => fakeJpeg(Buffer.from(bytes)));
  fc.assert(
    fc.property(
      fc.array(picture, { minLength: 1, maxLength: 5 }),
      fc.boolean(),
      fc.integer({ min: 1, max: 300 }),
      (pictures, length, chunkBytes) => {
        const parts = pictures.map((jpeg) => formatPart(jpeg, { boundary: '--some-boundary', length }));
        const bytes = Buffer.concat([...parts, Buffer.from('--some-boundary\r\n')]);
        expect(parse(split(bytes, chunkBytes))).toEqual(hex(...pictures));
      },
    ),
    { numRuns: 200 },
  );
});

test('a frame or a header without end is refused', () => {
  const endless = Buffer.alloc(3_000, 65);
  expect(() => parse([Buffer.from('--b\r\nContent-Length: 2001\r\n\r\n')], 2_000)).toThrow('2001');
  expect(() => parse([Buffer.from('--b\r\n\r\n'), endless], 2_000)).toThrow('no end');
  expect(() => parse([Buffer.from('--b\r\n'), endless, endless, endless])).toThrow('no end');
  expect(() => parse([endless, endless, endless])).toThrow('no end');
});
