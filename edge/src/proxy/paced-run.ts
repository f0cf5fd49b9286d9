/** From when to when the recorder wants pictures of a session: what the paced stream owes at both ends. */
import type { Clock } from '../base/clock.ts';

export interface PacedRun {
  /** Frames are owed from now on, whenever the recorder has connected. */
  begin(): void;
  /** No frame is owed from now on: the stream ends once those until now have been read. */
  end(): void;
  readonly ending: AbortSignal;
  /** Monotonic milliseconds since which frames are owed to a reader that connects now. */
  takeBeginMs(): number;
}

export function createPacedRun(clock: Clock): PacedRun {
  const ended = new AbortController();
  let beganMs: number | undefined;
  return {
    begin: () => void (beganMs ??= clock.monotonicMs()),
    end: () => ended.abort(new Error('the recorder wants no more pictures')),
    ending: ended.signal,
    /** Only the first reader gets what came before it: a later one follows a gap. */
    takeBeginMs() {
      const nowMs = clock.monotonicMs();
      const beginMs = beganMs ?? nowMs;
      beganMs = undefined;
      return beginMs;
    },
  };
}
