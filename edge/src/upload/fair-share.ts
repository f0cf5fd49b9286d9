/**
 * The time that one of several has had a line to itself: while n share it, n milliseconds count as one. Bytes over this time
 * are what the line carries, whoever came and went meanwhile.
 */
import type { Clock } from '../base/clock.ts';

export interface FairShare {
  /** Milliseconds, up to now. */
  readonly ms: number;
  begin(): void;
  end(): void;
}

export function createFairShare(clock: Clock): FairShare {
  let sharing = 0;
  let ms = 0;
  let notedAtMs = clock.monotonicMs();
  const note = (): number => {
    const nowMs = clock.monotonicMs();
    if (sharing > 0) ms += (nowMs - notedAtMs) / sharing;
    notedAtMs = nowMs;
    return ms;
  };
  return {
    get ms() {
      return note();
    },
    begin() {
      note();
      sharing += 1;
    },
    end() {
      note();
      sharing -= 1;
    },
  };
}
