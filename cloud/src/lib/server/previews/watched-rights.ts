/** A live picture goes on for hours: whether its viewer may still see it is asked anew while it does. */
import type { Clock } from '../clock.ts';
import type { Viewer } from './preview-channel.ts';

/** A login that was ended or a role that was taken away shows no more than this. */
export const RECHECK_MS = 10_000;

export interface RightsOptions {
  clock: Pick<Clock, 'monotonicMs'>;
  /** Throws where the viewer may not see it any more. */
  check: () => Promise<unknown>;
}

/** The same viewer, ended before the first frame that it may not see. */
export function keepChecked(viewer: Viewer, { clock, check }: RightsOptions): Viewer {
  let checkedAtMs = clock.monotonicMs();
  const isAllowed = async (): Promise<boolean> => {
    if (clock.monotonicMs() - checkedAtMs < RECHECK_MS) return true;
    checkedAtMs = clock.monotonicMs();
    return check().then(
      () => true,
      () => false,
    );
  };
  return {
    async next() {
      const frame = await viewer.next();
      if (frame === undefined || (await isAllowed())) return frame;
      viewer.close();
      return undefined;
    },
    close: () => viewer.close(),
  };
}
