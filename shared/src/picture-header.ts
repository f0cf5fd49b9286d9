/**
 * What a PNG, JPEG or WebP says of itself at its beginning, and whether its end is there. Reads the bytes and never a
 * name; what is neither of the three, an SVG for instance, is no picture here. Pure.
 *
 * PNG: ISO/IEC 15948, 5.3 and 11.2; `acTL` of APNG. JPEG: ITU-T T.81, B.1.1 and B.2.2. WebP: RFC 9649, 2.3 to 2.7.
 */

export interface PictureHeader {
  contentType: 'image/png' | 'image/jpeg' | 'image/webp';
  /** Pixels. */
  width: number;
  height: number;
  isAnimated: boolean;
  /** Whether it goes on to its own end. */
  isWhole: boolean;
}

/** Undefined for what is no picture of these kinds, or is cut off before its size is said. */
export function readPictureHeader(bytes: Uint8Array): PictureHeader | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    return readPng(view) ?? readJpeg(view) ?? readWebp(view);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

const PNG_SIGNATURE = 0x8950_4e47_0d0a_1a0an;
/** Length, type and checksum around a chunk's data. */
const PNG_CHUNK_BYTES = 12;

function readPng(view: DataView): PictureHeader | undefined {
  if (view.byteLength < 33 || view.getBigUint64(0) !== PNG_SIGNATURE) return undefined;
  if (view.getUint32(8) !== 13 || readText(view, 12) !== 'IHDR') return undefined;
  const size = { width: view.getUint32(16), height: view.getUint32(20) };
  const types = new Set<string>();
  for (let at = 8; at + PNG_CHUNK_BYTES <= view.byteLength; at += PNG_CHUNK_BYTES + view.getUint32(at)) {
    types.add(readText(view, at + 4));
  }
  const isWhole = types.has('IDAT') && types.has('IEND');
  return { contentType: 'image/png', ...size, isAnimated: types.has('acTL'), isWhole };
}

/** Frame headers, which hold the size: all of 0xc0 to 0xcf that are no tables or arithmetic conditions. */
const isFrameHeader = (marker: number) =>
  marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

function readJpeg(view: DataView): PictureHeader | undefined {
  if (view.byteLength < 4 || view.getUint16(0) !== 0xffd8) return undefined;
  for (let at = 2; view.getUint8(at) === 0xff;) {
    const marker = view.getUint8(at + 1);
    // Any number of 0xff may stand before a marker.
    if (marker === 0xff) at += 1;
    else if (isFrameHeader(marker)) {
      const size = { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
      return { contentType: 'image/jpeg', ...size, isAnimated: false, isWhole: endsAsJpeg(view, at) };
    } else at += 2 + view.getUint16(at + 2);
  }
  return undefined;
}

/** Cameras write more behind the end of the picture. */
function endsAsJpeg(view: DataView, from: number): boolean {
  for (let at = view.byteLength - 2; at > from; at -= 1) if (view.getUint16(at) === 0xffd9) return true;
  return false;
}

const ANIMATION_FLAG = 0x02;

function readWebp(view: DataView): PictureHeader | undefined {
  if (view.byteLength < 30 || readText(view, 0) !== 'RIFF' || readText(view, 8) !== 'WEBP') return undefined;
  const isWhole = 8 + view.getUint32(4, true) <= view.byteLength;
  const found = (width: number, height: number, isAnimated = false): PictureHeader => ({
    ...{ contentType: 'image/webp', width, height, isAnimated, isWhole },
  });
  switch (readText(view, 12)) {
    case 'VP8 ':
      return found(view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff);
    case 'VP8L': {
      const bits = view.getUint32(21, true);
      return found((bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1);
    }
    case 'VP8X': {
      const isAnimated = (view.getUint8(20) & ANIMATION_FLAG) !== 0;
      return found(readUint24(view, 24) + 1, readUint24(view, 27) + 1, isAnimated);
    }
    default:
      return undefined;
  }
}

function readUint24(view: DataView, at: number): number {
  return view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
}

function readText(view: DataView, at: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((offset) => view.getUint8(at + offset)));
}
