/** Whether a running match is being filmed at this moment, or what stands in its way; pure. */
import type { RecordStatus } from '@padelvar/shared/portal-api';

export type Filming =
  | 'filming'
  /** The box is there and waits for pictures. */
  | 'waiting'
  /** The box is out of touch: what it does is not known. */
  | 'unreachable';

/** The box says `growing` of the last 3 s; so much longer, and a camera's slow moment is passed over. */
const PATIENCE_MS = 3000;

/** `stillMs`: for how long the status has said that nothing grows; 0 where it grows. */
export function planFilming(status: Pick<RecordStatus, 'deviceOnline'>, stillMs: number): Filming {
  if (!status.deviceOnline) return 'unreachable';
  return stillMs > PATIENCE_MS ? 'waiting' : 'filming';
}
