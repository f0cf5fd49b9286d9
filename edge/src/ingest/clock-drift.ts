/**
 * How far a camera's clock runs away from this machine's: fragments that come later and later have been stamped by a
 * clock that runs slow. A network delays and never hurries, so of several delays the least is believed. Pure.
 */

/** Two points of a part: its own time, and by how much its fragments came later than that says. All milliseconds. */
export interface ClockDrift {
  fromMs: number;
  fromLagMs: number;
  toMs: number;
  toLagMs: number;
}

interface Point {
  atMs: number;
  lagMs: number;
}

/** Fragments of which the one that came soonest makes a point. */
const SAMPLES_PER_POINT = 10;
/** A quarter of the part at each end, this many points at most, give the least delay there. */
const END_SHARE = 0.25;
const MOST_END_POINTS = 12;
/** Less than this is the network's doing, and nobody notices it; milliseconds. */
const LEAST_DRIFT_MS = 250;
/** More than this is no clock that runs fast or slow. Cameras that stamp by their nominal frame rate are off by a percent. */
const MOST_DRIFT = 0.05;

export interface DriftMeter {
  /** A fragment that ends at `atMs` of the part's own time came `lagMs` later than that says. */
  note(atMs: number, lagMs: number): void;
  /** Undefined while there is too little to say. */
  drift(): ClockDrift | undefined;
}

/** `earlier`: what an earlier daemon measured of the same part. */
export function createDriftMeter(earlier?: ClockDrift): DriftMeter {
  const points: Point[] = [];
  let samples: Point[] = [];
  return {
    note(atMs, lagMs) {
      samples.push({ atMs, lagMs });
      if (samples.length < SAMPLES_PER_POINT) return;
      points.push(soonestOf(samples));
      samples = [];
    },
    drift() {
      const count = Math.min(MOST_END_POINTS, Math.ceil(points.length * END_SHARE));
      if (points.length < (earlier === undefined ? 2 : 1)) return earlier;
      const begin =
        earlier === undefined ? points.slice(0, count) : [{ atMs: earlier.fromMs, lagMs: earlier.fromLagMs }];
      const ends = (slope: number): ClockDrift => {
        const [from, to] = [soonestOf(begin, slope), soonestOf(points.slice(-count), slope)];
        return { fromMs: from.atMs, fromLagMs: from.lagMs, toMs: to.atMs, toLagMs: to.lagMs };
      };
      // Within a minute a clock that is far off drifts by more than networks delay: looked at again without that.
      const rough = ends(0);
      return ends((rough.toLagMs - rough.fromLagMs) / Math.max(1, rough.toMs - rough.fromMs));
    },
  };
}

/** `slope`: lag that the clock itself makes per millisecond. */
function soonestOf(points: readonly Point[], slope = 0): Point {
  const delayOf = ({ atMs, lagMs }: Point): number => lagMs - slope * atMs;
  return points.reduce((least, one) => (delayOf(one) < delayOf(least) ? one : least));
}

/** By what a part's own time is to be multiplied; 1 where its clock is as good as right. */
export function planScale(drift: ClockDrift | undefined): number {
  if (drift === undefined) return 1;
  const driftMs = drift.toLagMs - drift.fromLagMs;
  const scale = 1 + driftMs / Math.max(1, drift.toMs - drift.fromMs);
  return Math.abs(driftMs) < LEAST_DRIFT_MS || Math.abs(scale - 1) > MOST_DRIFT ? 1 : scale;
}
