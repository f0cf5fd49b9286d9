/** What to do about a planned recording whose beginning was broken off, as by a portal that was killed: pure. Milliseconds. */
import type { SessionState } from '@padelvar/shared/session';

/** The session that was opened for it, as far as it is known. */
export interface BrokenOff {
  state: SessionState;
  start_requested_at: number | null;
  start_deadline_at: number | null;
  stop_requested_at: number | null;
  close_requested_at: number | null;
}

const NOT_BEGUN: readonly SessionState[] = ['idle', 'creating', 'created'];

/**
 * `started`: it was begun after all, by the first attempt; `wait`: whether it was, the device has yet to say; `again`: it
 * was not, and no earlier start can begin it any more.
 */
export function planTakeUp(
  session: BrokenOff | undefined,
  { nowMs, deviceOnline }: { nowMs: number; deviceOnline: boolean },
): 'again' | 'started' | 'wait' {
  if (session?.start_requested_at == null) return 'again';
  const isOver = session.stop_requested_at !== null || session.close_requested_at !== null;
  if (isOver || !NOT_BEGUN.includes(session.state)) return 'started';
  return nowMs < (session.start_deadline_at ?? 0) || !deviceOnline ? 'wait' : 'again';
}
