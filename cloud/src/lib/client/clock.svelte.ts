/** The browser's monotonic clock as something a page can show. */

const TICK_MS = 250;

/** `nowMs` moves while the page that made it is shown. */
export class TickingClock {
  nowMs = $state(0);

  /** Starts ticking; the answer stops it. */
  start(): () => void {
    this.nowMs = performance.now();
    const timer = setInterval(() => (this.nowMs = performance.now()), TICK_MS);
    return () => clearInterval(timer);
  }
}
