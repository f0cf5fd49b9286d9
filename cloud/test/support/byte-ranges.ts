/** The byte ranges of an HLS playlist (RFC 8216, 4.3.2.2), as a player understands them. */

export interface ByteRange {
  offset: number;
  bytes: number;
  uri: string;
}

export function listByteRanges(playlist: string): ByteRange[] {
  const found: ByteRange[] = [];
  for (const [, bytes, at, uri = ''] of playlist.matchAll(/^#EXT-X-BYTERANGE:(\d+)(?:@(\d+))?\n(.+)$/gm)) {
    const before = found.at(-1);
    const offset = at === undefined ? (before?.offset ?? NaN) + (before?.bytes ?? NaN) : Number(at);
    found.push({ offset, bytes: Number(bytes), uri });
  }
  return found;
}
