/**
 * The frame's number as a strip of black and white blocks at the picture's lower left, so that a test can count
 * missing, repeated and reordered frames in a finished movie. All measures are fractions of the picture, so the
 * strip survives scaling; at 1280x720 a block is one macroblock (16x16 pixels).
 */

/** Blocks: white, black, 20 bits of number (highest first), 8 bits of CRC, black, white. */
const NUMBER_BITS = 20;
const CHECK_BITS = 8;
const SYNC_BEFORE = [1, 0];
const SYNC_AFTER = [0, 1];
export const STRIP_BLOCKS = SYNC_BEFORE.length + NUMBER_BITS + CHECK_BITS + SYNC_AFTER.length;
export const MAX_FRAME_NUMBER = 2 ** NUMBER_BITS - 1;

/** Fractions of the picture's width (x) and height (y). */
export const STRIP = { left: 1 / 80, top: 43 / 45, width: STRIP_BLOCKS / 80, height: 1 / 45 };

/** The strip's blocks from left to right, 1 is white. */
export function formatStrip(frameNumber: number): number[] {
  if (!Number.isInteger(frameNumber) || frameNumber < 0 || frameNumber > MAX_FRAME_NUMBER) {
    throw new RangeError(
      `a frame number is 0 to ${String(MAX_FRAME_NUMBER)}, this one is ${String(frameNumber)}`,
    );
  }
  return [
    ...SYNC_BEFORE,
    ...toBits(frameNumber, NUMBER_BITS),
    ...toBits(checksum(frameNumber), CHECK_BITS),
    ...SYNC_AFTER,
  ];
}

/** The number in a strip of mean block brightnesses (0 to 255), or undefined where it can't be read. */
export function parseStrip(brightness: readonly number[]): number | undefined {
  if (brightness.length !== STRIP_BLOCKS) return undefined;
  const [darkest, lightest] = [Math.min(...brightness), Math.max(...brightness)];
  if (lightest - darkest < 64) return undefined;
  const threshold = (darkest + lightest) / 2;
  const bits = brightness.map((value) => (value > threshold ? 1 : 0));
  const number = fromBits(bits.slice(SYNC_BEFORE.length, SYNC_BEFORE.length + NUMBER_BITS));
  return formatStrip(number).every((bit, index) => bit === bits[index]) ? number : undefined;
}

function toBits(value: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => (value >> (count - 1 - index)) & 1);
}

function fromBits(bits: readonly number[]): number {
  return bits.reduce((value, bit) => value * 2 + bit, 0);
}

/** CRC-8 (polynomial 0x07, start 0xff, so that a black strip is no valid zero). */
function checksum(value: number): number {
  let crc = 0xff;
  for (let bit = NUMBER_BITS - 1; bit >= 0; bit -= 1) {
    const carry = ((crc >> 7) ^ (value >> bit)) & 1;
    crc = ((crc << 1) & 0xff) ^ (carry === 1 ? 0x07 : 0);
  }
  return crc;
}
