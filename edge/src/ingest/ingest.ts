/**
 * The room `ingest`: camera to growing part. This file is the keeper, which holds one FFmpeg per court alive
 * for as long as it is wanted; `attempt.ts` is one such process, `live-part.ts` what it writes. It owns parts and their
 * records, knows nothing of sessions, marks or movies, and may import `base`, `mp4` and `camera`.
 */
import { findVideoTrack } from '@padelvar/shared/mp4/init-segment';
import { createBackoff } from '../base/backoff.ts';
import { isTold } from '../base/is-told.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { startsWithKeyframe } from '../mp4/fragment.ts';
import type { Fragment } from '../mp4/fragment.ts';
import { adoptAttempt, startAttempt } from './attempt.ts';
import type { Attempt } from './attempt.ts';
import { followAttempt } from './follow-attempt.ts';
import type { AttemptOutcome } from './follow-attempt.ts';
import { createLivePart } from './live-part.ts';
import type { LivePart, Part } from './live-part.ts';
import { openLogCopy } from './log-copy.ts';
import { createPartRecord, partPath, removePart, savePartRecord, wasCutOff } from './part.ts';
import type { PartRecord } from './part.ts';

export interface IngestOptions {
  folder: string;
  ffmpegPath: string;
  /** FFmpeg's arguments for a part at that path. */
  planArguments: (partPath: string) => string[];
  /** The UDP port that the arguments name; it is written into each part's record. */
  lowDelayPort?: number | undefined;
  /** File in memory for FFmpeg's own log, and the masked copy of it on disk. */
  log: { memoryPath: string; diskPath: string; secrets: readonly string[] };
  /** The camera stamps by a clock of its own, which may run fast or slow. */
  hasOwnClock?: boolean;
  /** Asked before each attempt that follows a failed one. */
  isCameraBack?: (signal: AbortSignal) => Promise<boolean>;
  clock: Clock;
  logger: Logger;
  onInit?: (part: Part, init: Buffer) => void;
  onFragment?: (part: Part, fragment: Fragment) => void;
  /** That many bytes of a part outlast a power cut. */
  onSynced?: ((part: Part, bytes: number) => void) | undefined;
  /** A camera of which nothing is written yet sends: where FFmpeg waits for a keyframe. */
  onSign?: () => void;
  /** An attempt ended although it was wanted. */
  onDrop?: (reason: DropReason) => void;
  /** Ends what FFmpeg reads, so that it ends by itself with all of it written; asked once, at the stop. */
  endInput?: () => void;
  /** When the first frame of the part under way was, monotonic milliseconds, where its source knows: FFmpeg may be behind. */
  partBeganMs?: () => number | undefined;
  /** Whether the disk has room for a part; asked before each. */
  hasRoom?: () => boolean;
  /** The lowest number that a part may take; 1 where left out. */
  firstPart?: number;
  /** Parts that an earlier daemon left; the last is adopted if its FFmpeg is alive. */
  existing?: readonly PartRecord[];
  /** When the last of them was seen to have grown, monotonic milliseconds; unknown where another daemon left them. */
  grewAtMs?: number | undefined;
}

/**
 * Longest wait between two attempts, milliseconds. Pictures are to be on disk 3 s after the camera is back: the next keyframe
 * takes up to 2 s, its fragment half a second, FFmpeg's start 0.2 s. An FFmpeg that is refused costs 90 ms of a core
 * (measured), so a camera that went away is asked for first.
 */
const MAX_RETRY_MS = 300;
/**
 * What an FFmpeg that ends has kept back, it writes this long before it is seen to be gone, at most; milliseconds. One that
 * was adopted is seen to be gone only when its part is looked at.
 */
const LAST_WORDS_MS = 600;
/**
 * So long may FFmpeg take for a fragment of what it has been sent when it is no longer wanted, and for all of it: it may
 * have begun with 10 s of pictures from before a start that was just now.
 */
const DRAIN_MS = 2_000;
const MAX_DRAIN_MS = 20_000;
/** How often a full disk is asked for room again. */
const ROOM_POLL_MS = 500;

export type DropReason = Exclude<AttemptOutcome, 'stopped'> | 'not_started';

export interface Ingest {
  readonly parts: readonly Part[];
  /** Resolves once the parts that an earlier daemon left have been read. */
  readonly ready: Promise<void>;
  /** Milliseconds since bytes that can be played last grew on disk; infinite before the first. */
  growthAgeMs(): number;
  /** Gives up what is older than that, for as long as nobody records. FFmpeg is undisturbed. */
  trim(keepMs: number): Promise<void>;
  /** Ends FFmpeg and reads the last fragments; the parts stay readable. Idempotent. */
  stop(): Promise<void>;
  /** Closes the parts. Without `stop` before, FFmpeg is left running for the next daemon to adopt. */
  close(): Promise<void>;
}

interface Started {
  part: LivePart;
  attempt: Attempt;
}

export function openIngest(options: IngestOptions): Ingest {
  const { clock, logger, folder } = options;
  const parts: LivePart[] = [];
  const logCopy = openLogCopy(options.log.memoryPath, options.log.diskPath, options.log.secrets);
  const backoff = createBackoff({ maxMs: MAX_RETRY_MS });
  const ending = new AbortController();
  const { promise: ready, resolve: beReady } = Promise.withResolvers<undefined>();
  let leaving = false;
  /** Of the parts that had fragments, those given up too: a recording begins with a part of a higher number. */
  let highestNumber = (options.firstPart ?? 1) - 1;
  /** Attempts without a fragment, one behind the other. */
  let failures = 0;
  /** Attempts that could not be made, one behind the other. */
  let errors = 0;
  /** The next part comes after a full disk. */
  let lackedRoom = false;

  function addPart(record: PartRecord, growing: boolean, beganMs: IngestOptions['partBeganMs']): LivePart {
    const { onInit, onFragment, onSynced, hasOwnClock } = options;
    const events = { onInit, onFragment, onSynced };
    const part = createLivePart({ folder, record, growing, clock, hasOwnClock, beganMs, ...events });
    parts.push(part);
    return part;
  }

  /** An FFmpeg without a record would be nobody's: it is ended where the record can't be written. */
  async function begin(): Promise<Started | undefined> {
    const number = Math.max(highestNumber, parts.at(-1)?.record.number ?? 0) + 1;
    const path = partPath(folder, number);
    const attempt = await startAttempt({
      ...{ ffmpegPath: options.ffmpegPath, arguments: options.planArguments(path) },
      ...{ logPath: options.log.memoryPath, clock },
    });
    if (attempt === undefined) return undefined;
    const record = {
      ...createPartRecord(number, attempt.process),
      ...(lackedRoom ? { gapReason: 'disk_full' } : {}),
      ...(options.lowDelayPort === undefined ? {} : { lowDelayPort: options.lowDelayPort }),
    };
    try {
      await savePartRecord(folder, record);
    } catch (error) {
      await attempt.stop();
      await removePart(folder, number);
      throw error;
    }
    return { part: addPart(record, true, options.partBeganMs), attempt };
  }

  async function attemptOnce(taken: Started | undefined): Promise<void> {
    if (taken === undefined && failures > 0 && (await isCameraAway())) {
      await noteFailure({ outcome: 'camera_away' });
      return;
    }
    const started = taken ?? (await begin());
    if (started === undefined) {
      await noteFailure({ outcome: 'not_started' });
      options.onDrop?.('not_started');
      return;
    }
    const { part, attempt } = started;
    const { onSign } = options;
    const { signal } = ending;
    const outcome = await followAttempt({ part, attempt, clock, logger, logCopy, onSign, signal });
    if (outcome === 'stopped' && leaving) return;
    await endAttempt(started, outcome);
    if (outcome !== 'stopped') options.onDrop?.(outcome);
  }

  async function endAttempt(started: Started, outcome: AttemptOutcome): Promise<void> {
    const { part, attempt } = started;
    const endedAtMs = clock.monotonicMs();
    const signal = outcome === 'ended' || (await isDrained(started)) ? undefined : await attempt.stop();
    try {
      await part.look();
      await part.sync();
      await part.saveDrift();
    } catch (error) {
      logger.error({ err: error, part: part.record.number }, 'the end of a part could not be read');
    }
    part.growing = false;
    part.forgetGrowth(endedAtMs - LAST_WORDS_MS);
    const { number } = part.record;
    const facts = { part: number, outcome, signal, exit: attempt.exit() };
    if (part.fragments.length === 0) {
      await dropPart(part);
      await noteFailure(facts);
      return;
    }
    logger.info({ ...facts, fragments: part.fragments.length }, 'ingest attempt ended');
    failures = 0;
    lackedRoom = false;
    backoff.reset();
  }

  /** Whether it has ended by itself; x264 may be behind, and goes on for as long as it gets anywhere. */
  async function isDrained({ part, attempt }: Started): Promise<boolean> {
    if (options.endInput === undefined || !ending.signal.aborted) return false;
    options.endInput();
    const deadlineMs = clock.monotonicMs() + MAX_DRAIN_MS;
    for (let written = -1; ;) {
      if (await attempt.waitForEnd(DRAIN_MS)) return true;
      await part.look().catch(() => undefined);
      if (part.fragments.length === written || clock.monotonicMs() > deadlineMs) return false;
      written = part.fragments.length;
    }
  }

  const isCameraAway = async (): Promise<boolean> =>
    options.isCameraBack !== undefined && !(await options.isCameraBack(ending.signal));

  /** A camera can be away for days. */
  async function noteFailure(facts: Record<string, unknown>): Promise<void> {
    failures += 1;
    if (isTold(failures)) logger.info({ ...facts, failures }, 'ingest attempt without a picture');
    await logCopy.flush();
  }

  async function dropPart(part: LivePart): Promise<void> {
    if (part.fragments.length > 0) highestNumber = Math.max(highestNumber, part.record.number);
    parts.splice(parts.indexOf(part), 1);
    await part.close();
    await removePart(folder, part.record.number);
  }

  /** At most one FFmpeg goes on: the newest that is alive. */
  async function takeUpExisting(): Promise<Started | undefined> {
    let taken: Started | undefined;
    for (const record of options.existing ?? []) {
      const attempt = adoptAttempt(record.process, clock);
      const part = addPart(record, attempt.isAlive(), undefined);
      try {
        await part.look();
        if (!part.growing && wasCutOff(record, options.existing ?? [])) await part.dropTorn();
      } catch (error) {
        logger.error({ err: error, part: record.number }, 'a part that was left could not be read');
      }
      if (!part.growing) continue;
      if (taken !== undefined) await endAttempt(taken, 'stopped');
      taken = { part, attempt };
    }
    return taken;
  }

  async function keep(): Promise<void> {
    let taken = await takeUpExisting().finally(() => beReady(undefined));
    while (!ending.signal.aborted || (taken !== undefined && !leaving)) {
      if (taken === undefined && options.hasRoom?.() === false) {
        lackedRoom = true;
        await clock.sleep(ROOM_POLL_MS, ending.signal).catch(() => undefined);
        continue;
      }
      try {
        await attemptOnce(taken);
        errors = 0;
      } catch (error) {
        errors += 1;
        if (isTold(errors)) logger.error({ err: error, errors }, 'ingest attempt failed');
        options.onDrop?.('not_started');
      }
      taken = undefined;
      await clock.sleep(backoff.nextMs(), ending.signal).catch(() => undefined);
    }
  }

  const keeping = keep().catch((error: unknown) => logger.error({ err: error }, 'ingest ended'));

  /** What an ended attempt left is of no use to a recording that has yet to begin, once it has grown old. */
  const isOutdated = (part: LivePart, keepMs: number): boolean =>
    !part.growing && (part !== parts.at(-1) || clock.monotonicMs() - (part.grewAtMs ?? -Infinity) > keepMs);

  async function end(): Promise<void> {
    ending.abort(new Error('the ingest is no longer wanted'));
    await keeping;
  }

  return {
    parts,
    ready,
    growthAgeMs: () =>
      clock.monotonicMs() - (parts.findLast(isPlayable)?.grewAtMs ?? options.grewAtMs ?? -Infinity),
    async trim(keepMs) {
      for (const part of [...parts]) await (isOutdated(part, keepMs) ? dropPart(part) : part.trim(keepMs));
    },
    async stop() {
      await end();
      await logCopy.close();
    },
    async close() {
      leaving = !ending.signal.aborted;
      await end();
      await logCopy.flush();
      await Promise.all(parts.map((part) => part.close()));
    },
  };
}

/** What comes before a part's first keyframe shows that the camera sends, and can't be played. */
function isPlayable({ init, fragments }: Part): boolean {
  const track = init === undefined ? undefined : findVideoTrack(init);
  return track !== undefined && fragments.some((fragment) => startsWithKeyframe(fragment, track.trackId));
}
