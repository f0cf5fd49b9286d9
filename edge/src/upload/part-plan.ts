/**
 * Which part of a movie goes up next. Pure. Equal parts go up as the payload fills them; those that hold the
 * header's room wait for the header, and part 1 goes last.
 */

export interface MovieExtent {
  /** Where the payload begins; before it is the header's room. */
  payloadOffset: number;
  /** Bytes from `payloadOffset` to here are on disk and will not change. */
  grownToBytes: number;
  /** Known once the header is on disk: then every byte is readable. */
  totalBytes: number | undefined;
}

export interface PlannedPart {
  partNumber: number;
  offset: number;
  bytes: number;
}

/** All parts of a finished movie, ascending; the last may be shorter. */
export function planParts(totalBytes: number, partBytes: number): PlannedPart[] {
  return Array.from({ length: Math.ceil(totalBytes / partBytes) }, (_, index) => ({
    partNumber: index + 1,
    offset: index * partBytes,
    bytes: Math.min(partBytes, totalBytes - index * partBytes),
  }));
}

/**
 * The next part to send, or undefined until the movie grows or because everything is sent. `isHeld` tells whether
 * the store holds that part in that size.
 */
export function findNextPart(
  extent: MovieExtent,
  partBytes: number,
  isHeld: (part: PlannedPart) => boolean,
): PlannedPart | undefined {
  const parts = planParts(extent.totalBytes ?? wholePartsBytes(extent, partBytes), partBytes);
  const holdsHeader = ({ offset }: PlannedPart): boolean => offset === 0 || offset < extent.payloadOffset;
  const isOpen = (part: PlannedPart): boolean => !isHeld(part);
  const payload = parts.find((part) => !holdsHeader(part) && isOpen(part));
  if (payload !== undefined || extent.totalBytes === undefined) return payload;
  return parts.findLast((part) => holdsHeader(part) && isOpen(part));
}

/**
 * What of part 1 stands behind the header's room, to go up before the header is known. Undefined while the movie has not
 * filled part 1, and once it is finished: then part 1 goes whole.
 */
export function planFirstPayload(
  { payloadOffset, grownToBytes, totalBytes }: MovieExtent,
  partBytes: number,
): { offset: number; bytes: number } | undefined {
  if (totalBytes !== undefined || grownToBytes < partBytes || payloadOffset >= partBytes) return undefined;
  return { offset: payloadOffset, bytes: partBytes - payloadOffset };
}

/** While the movie grows, only parts that are full count. */
function wholePartsBytes({ grownToBytes }: MovieExtent, partBytes: number): number {
  return Math.max(0, grownToBytes - (grownToBytes % partBytes));
}
