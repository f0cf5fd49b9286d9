/** Which state a session may go to from which. Pure. */
import type { SessionState } from '@padelvar/shared/session';

const NEXT: Record<SessionState, readonly SessionState[]> = {
  idle: ['creating', 'failed'],
  // Straight to `starting` where a recording of an earlier daemon is taken up.
  creating: ['created', 'starting', 'complete', 'failed'],
  created: ['starting', 'complete', 'failed'],
  starting: ['recording', 'stopping', 'failed'],
  recording: ['stopping', 'failed'],
  stopping: ['complete', 'failed'],
  complete: [],
  failed: [],
};

export function canMove(from: SessionState, to: SessionState): boolean {
  return NEXT[from].includes(to);
}
