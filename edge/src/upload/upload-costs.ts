/** What uploading costs beside the bytes, as the last steps of all movies tell. */
import { USUAL_COSTS } from './ready-in.ts';
import type { UploadCosts } from './ready-in.ts';

/** A step that succeeded. */
export interface StepTook {
  ms: number;
  /** Of them with bytes on their way; 0 where nothing was sent. */
  sendingMs: number;
  /** The movie is whole in the store. */
  isLast: boolean;
}

export interface CostMeter {
  note(step: StepTook): void;
  readonly costs: Pick<UploadCosts, 'partMs' | 'completeMs'>;
}

/** How much of the newest counts. */
const NEWEST_SHARE = 0.3;

export function createCostMeter(): CostMeter {
  let { partMs, completeMs } = USUAL_COSTS;
  const mix = (before: number, newest: number): number => before + (newest - before) * NEWEST_SHARE;
  return {
    note({ ms, sendingMs, isLast }) {
      if (isLast) completeMs = mix(completeMs, ms);
      else if (sendingMs > 0) partMs = mix(partMs, ms - sendingMs);
    },
    get costs() {
      return { partMs, completeMs };
    },
  };
}
