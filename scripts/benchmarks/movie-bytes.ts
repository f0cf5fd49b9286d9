/** A movie for whom only its length counts: bytes that follow from their place. Pure. */

/** The first bytes of every 64 tell where they are. */
export function readMovieBytes(offset: number, length: number): Buffer {
  const bytes = Buffer.alloc(length, 0x5a);
  for (let at = (64 - (offset % 64)) % 64; at + 8 <= length; at += 64) bytes.writeDoubleBE(offset + at, at);
  return bytes;
}
