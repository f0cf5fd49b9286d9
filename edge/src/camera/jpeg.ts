/** Telling a whole JPEG from half a one, by its first and last markers (ITU T.81, B.1.1.3). */

const START_OF_IMAGE = 0xffd8;
const END_OF_IMAGE = Buffer.from([0xff, 0xd9]);
/** Cameras pad: so many bytes may follow the end marker. */
const MOST_PADDING_BYTES = 1_024;

export function isWholeJpeg(bytes: Buffer): boolean {
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== START_OF_IMAGE) return false;
  return bytes.subarray(-MOST_PADDING_BYTES).lastIndexOf(END_OF_IMAGE) >= 0;
}

/** Width and height from the frame header (B.2.2), or undefined where there is none. */
export function findJpegSize(bytes: Buffer): { width: number; height: number } | undefined {
  for (let offset = 2; offset + 9 <= bytes.length && bytes[offset] === 0xff;) {
    const marker = bytes[offset + 1] ?? 0;
    if (isFrameHeader(marker))
      return { height: bytes.readUInt16BE(offset + 5), width: bytes.readUInt16BE(offset + 7) };
    offset += marker === 0xff ? 1 : 2 + bytes.readUInt16BE(offset + 2);
  }
  return undefined;
}

/** SOF0 to SOF15 without DHT, JPG and DAC (table B.1). */
function isFrameHeader(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
}
