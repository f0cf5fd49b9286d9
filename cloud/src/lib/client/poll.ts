/** Asks again and again, one request at a time, and not while nobody looks at the page. */

export interface PollOptions {
  /** Does one turn; a throw is the turn's own business and must be caught there. */
  turn: (signal: AbortSignal) => Promise<void>;
  /** Milliseconds to wait after a turn; undefined ends the polling. */
  nextMs: () => number | undefined;
}

export interface Poll {
  /** Takes the next turn at once. */
  nudge(): void;
  close(): void;
}

/** Starts polling in a browser. A hidden page waits until it is seen again. */
export function openPoll({ turn, nextMs }: PollOptions): Poll {
  const abort = new AbortController();
  let wake: (() => void) | undefined;
  const nudge = () => wake?.();
  const wakeWhenSeen = () => {
    if (document.visibilityState === 'visible') nudge();
  };

  const run = async () => {
    while (!abort.signal.aborted) {
      await turn(abort.signal);
      const waitMs = nextMs();
      if (waitMs === undefined || isAborted(abort.signal)) return;
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (document.visibilityState === 'visible') setTimeout(resolve, waitMs);
      });
    }
  };

  document.addEventListener('visibilitychange', wakeWhenSeen);
  void run();
  return {
    nudge,
    close: () => {
      document.removeEventListener('visibilitychange', wakeWhenSeen);
      abort.abort();
      nudge();
    },
  };
}

function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
