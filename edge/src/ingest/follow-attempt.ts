/** Watches one attempt and its part until it ends, stalls or is no longer wanted; puts what grows onto the disk. */
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Fragment } from '../mp4/fragment.ts';
import type { Attempt } from './attempt.ts';
import type { LivePart } from './live-part.ts';
import type { LogCopy } from './log-copy.ts';

/** How often a part is looked at, and FFmpeg's log copied; milliseconds. */
const POLL_MS = 100;
/** The next fragment takes FFmpeg 480 ms: right behind one there is nothing to look for. */
const AFTER_FRAGMENT_MS = 300;
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
  const { part, attempt, clock, logger, logCopy, signal } = options;
  const beganMs = clock.monotonicMs();
  let syncedAtMs = beganMs;
  let synced: Fragment | undefined;
  let isSyncing = false;
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
        .catch((error: unknown) => logger.warn({ err: error }, 'part could not be synced'))
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
    const waitMs = newest === seen ? POLL_MS : AFTER_FRAGMENT_MS;
    seen = newest;
    // All courts are looked at in the same moment: waking up costs more than looking.
    await clock.sleep(waitMs - (clock.monotonicMs() % POLL_MS), signal).catch(() => undefined);
  }
}

/** A camera that is slow to begin has its time counted from its first fragment on. */
function isStalled(quietSinceMs: number | undefined, beganMs: number, nowMs: number): boolean {
  return quietSinceMs === undefined ? nowMs - beganMs > FIRST_FRAGMENT_MS : nowMs - quietSinceMs > STALL_MS;
}
