/** Telling a whole JPEG from half a one, by its first and last markers (ITU T.81, B.1.1.3). */

const START_OF_IMAGE = 0xffd8;
const END_OF_IMAGE = Buffer.from([0xff, 0xd9]);
/** Cameras pad: so many bytes may follow the end marker. */
const MOST_PADDING_BYTES = 1_024;

export function isWholeJpeg(bytes: Buffer): boolean {
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== START_OF_IMAGE) return false;
  return bytes.subarray(-MOST_PADDING_BYTES).lastIndexOf(END_OF_IMAGE) >= 0;
}
