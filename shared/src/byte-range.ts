/** The Range header: which bytes of an object a request asks for (RFC 9110, section 14). Pure. */

export interface ByteRange {
  start: number;
  /** Exclusive. */
  end: number;
}

export type RangeDecision =
  { kind: 'whole' } | { kind: 'part'; range: ByteRange } | { kind: 'unsatisfiable' };

export interface RangeRequest {
  /** The Range header. */
  range: string | undefined;
  /** The If-Range header. */
  ifRange: string | undefined;
  etag: string;
  totalBytes: number;
}

/**
 * One range, open or suffix. Several ranges, another unit and what is not understood are answered with the
 * whole, which RFC 9110 allows, and so is a range of a version that is no longer there.
 */
export function planRange({ range, ifRange, etag, totalBytes }: RangeRequest): RangeDecision {
  if (range === undefined || (ifRange !== undefined && ifRange !== etag)) return { kind: 'whole' };
  const match = /^bytes=\s*(\d*)-(\d*)\s*$/.exec(range);
  const [first, last] = [match?.[1] ?? '', match?.[2] ?? ''];
  if (first === '' && last === '') return { kind: 'whole' };
  if (first === '') return planSuffix(Number(last), totalBytes);
  const start = Number(first);
  const end = last === '' ? totalBytes : Math.min(Number(last) + 1, totalBytes);
  if (last !== '' && Number(last) < start) return { kind: 'whole' };
  return start >= totalBytes ? { kind: 'unsatisfiable' } : { kind: 'part', range: { start, end } };
}

function planSuffix(bytes: number, totalBytes: number): RangeDecision {
  if (bytes === 0 || totalBytes === 0) return { kind: 'unsatisfiable' };
  return { kind: 'part', range: { start: Math.max(0, totalBytes - bytes), end: totalBytes } };
}
