/** Watches one attempt and its part until it ends, stalls or is no longer wanted; puts what grows onto the disk. */
import type { Clock } from '../base/clock.ts';
import { isTold } from '../base/is-told.ts';
import type { Logger } from '../base/log.ts';
import type { Fragment } from '../mp4/fragment.ts';
import type { Attempt } from './attempt.ts';
import type { LivePart } from './live-part.ts';
import type { LogCopy } from './log-copy.ts';

/** How often a part is looked at whose first fragment is awaited, milliseconds: a start is shown by it. */
const FIRST_POLL_MS = 100;
/** How often later ones are looked for: twice in the 480 ms that FFmpeg takes for one, and not right behind one. */
const POLL_MS = 240;
const AFTER_FRAGMENT_MS = 480;
const LOG_MS = 1_000;
/** Least time between two syncs, milliseconds. A sync follows the end of a fragment: nothing less outlasts a power cut. */
const SYNC_MS = 300;
/**
 * Bytes that did not grow for this long are a stall: FFmpeg's last fragment is up to 0.5 s behind the camera's last
 * packet, and its own timeout, after which it says goodbye to the camera, is to come first. Before the first fragment a
 * camera gets longer: its next keyframe may be many seconds away, and FFmpeg ends by itself where nothing at all comes.
 */
const STALL_MS = 2_400;
const FIRST_FRAGMENT_MS = 20_000;
/** An FFmpeg to which nothing comes has ended by then: one that lives is being sent something. */
const SIGN_OF_LIFE_MS = 4_000;

/** `failed`: its part could not be read. */
export type AttemptOutcome = 'stalled' | 'ended' | 'stopped' | 'failed';

export interface FollowOptions {
  part: LivePart;
  attempt: Attempt;
  clock: Clock;
  logger: Logger;
  logCopy: LogCopy;
  /** The camera sends, though nothing of it is written yet. */
  onSign?: (() => void) | undefined;
  /** The attempt is no longer wanted. */
  signal: AbortSignal;
}

export async function followAttempt(options: FollowOptions): Promise<AttemptOutcome> {
  const pause = openPause(options.clock, options.signal);
  void options.attempt.gone.then(pause.end);
  try {
    return await follow(options, pause.wait);
  } finally {
    pause.close();
  }
}

async function follow(options: FollowOptions, wait: (ms: number) => Promise<void>): Promise<AttemptOutcome> {
  const { part, attempt, clock, logger, logCopy, signal } = options;
  const beganMs = clock.monotonicMs();
  let syncedAtMs = beganMs;
  let synced: Fragment | undefined;
  let isSyncing = false;
  /** Syncs that failed, one behind the other. */
  let unsynced = 0;
  let seen: Fragment | undefined;
  let loggedAtMs = beganMs;
  let firstSeenMs: number | undefined;
  for (;;) {
    const alive = attempt.isAlive();
    try {
      await part.look();
    } catch (error) {
      logger.error({ err: error, part: part.record.number }, 'a part could not be read');
      return 'failed';
    }
    if (!alive) return 'ended';
    if (signal.aborted) return 'stopped';
    const nowMs = clock.monotonicMs();
    const newest = part.fragments.at(-1);
    // One that a slow disk is still busy with does not cover what came after it began.
    if (newest !== synced && !isSyncing && nowMs - syncedAtMs >= SYNC_MS) {
      [syncedAtMs, synced, isSyncing] = [nowMs, newest, true];
      void part
        .sync()
        .then(() => {
          unsynced = 0;
        })
        .catch((error: unknown) => {
          unsynced += 1;
          if (isTold(unsynced)) logger.warn({ err: error, times: unsynced }, 'part could not be synced');
        })
        .finally(() => (isSyncing = false));
    }
    if (nowMs - loggedAtMs >= LOG_MS) {
      loggedAtMs = nowMs;
      void logCopy.flush();
    }
    if (part.fragments.length > 0) firstSeenMs ??= nowMs;
    else if (nowMs - beganMs > SIGN_OF_LIFE_MS) options.onSign?.();
    const quietSinceMs = firstSeenMs === undefined ? undefined : (part.grewAtMs ?? firstSeenMs);
    if (isStalled(quietSinceMs, beganMs, nowMs)) return 'stalled';
    const waitMs = planWait(clock.monotonicMs(), newest, seen);
    seen = newest;
    await wait(waitMs);
  }
}

interface Pause {
  wait: (ms: number) => Promise<void>;
  /** Ends the wait under way. */
  end: () => void;
  close: () => void;
}

/** Waits that end early with the signal, to which they listen once: most of a sleep's cost is to begin and end listening. */
function openPause(clock: Clock, signal: AbortSignal): Pause {
  let endWait = (): void => undefined;
  const end = (): void => endWait();
  signal.addEventListener('abort', end);
  return {
    end,
    wait: (ms) =>
      new Promise((resolve) => {
        const cancel = clock.setTimer(ms, resolve);
        endWait = () => {
          cancel();
          resolve();
        };
        if (signal.aborted) end();
      }),
    close: () => signal.removeEventListener('abort', end),
  };
}

/** Until the next look. All courts are looked at in the same moments: waking up costs more than looking. */
function planWait(nowMs: number, newest: Fragment | undefined, seen: Fragment | undefined): number {
  if (newest === undefined) return FIRST_POLL_MS - (nowMs % FIRST_POLL_MS);
  return (newest === seen ? POLL_MS : AFTER_FRAGMENT_MS) - (nowMs % POLL_MS);
}

/** A camera that is slow to begin has its time counted from its first fragment on. */
function isStalled(quietSinceMs: number | undefined, beganMs: number, nowMs: number): boolean {
  return quietSinceMs === undefined ? nowMs - beganMs > FIRST_FRAGMENT_MS : nowMs - quietSinceMs > STALL_MS;
}
