/**
 * The room `ingest`: camera to growing part. This file is the keeper, which holds one FFmpeg per court alive
 * for as long as it is wanted; `attempt.ts` is one such process. It owns parts and their records, knows nothing of
 * sessions, marks or movies, and may import `base`, `mp4` and `camera`.
 */
import { access } from 'node:fs/promises';
import { createBackoff } from '../base/backoff.ts';
import { readBootId } from '../base/child-process.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { decodeSpan } from '../mp4/fragment.ts';
import type { Fragment } from '../mp4/fragment.ts';
import { findVideoTrack } from '../mp4/init-segment.ts';
import type { InitSegment } from '../mp4/init-segment.ts';
import { punchHole } from '../base/punch-hole.ts';
import { planTrim } from './trim.ts';
import { adoptAttempt, startAttempt } from './attempt.ts';
import type { Attempt } from './attempt.ts';
import { openLogCopy } from './log-copy.ts';
import { followPart } from './part-follower.ts';
import type { PartFollower } from './part-follower.ts';
import { partPath, removePart, savePartRecord } from './part.ts';
import type { PartRecord } from './part.ts';

/** How often a part is looked at, and put onto the disk; milliseconds. */
const POLL_MS = 100;
const SYNC_MS = 1_000;
/** Bytes that did not grow for this long are a stall; before the first byte a camera gets longer. */
const STALL_MS = 2_000;
const FIRST_BYTE_MS = 10_000;

/** A part while it is of interest, in memory. */
export interface Part {
  readonly record: PartRecord;
  readonly path: string;
  readonly init: InitSegment | undefined;
  readonly fragments: readonly Fragment[];
  /** Whether its writer may still add to it. */
  readonly growing: boolean;
  read(offset: number, length: number): Promise<Buffer>;
}

export interface IngestOptions {
  folder: string;
  ffmpegPath: string;
  /** FFmpeg's arguments for a part at that path. */
  planArguments: (partPath: string) => string[];
  /** File in memory for FFmpeg's own log, and the masked copy of it on disk. */
  log: { memoryPath: string; diskPath: string; secrets: readonly string[] };
  clock: Clock;
  logger: Logger;
  onInit?: (part: Part, init: Buffer) => void;
  onFragment?: (part: Part, fragment: Fragment) => void;
  /** An attempt ended although it was wanted. */
  onDrop?: (reason: 'stalled' | 'ended' | 'not_started') => void;
  /** Parts that an earlier daemon left; the last is adopted if its FFmpeg is alive. */
  existing?: readonly PartRecord[];
}

export interface Ingest {
  readonly parts: readonly Part[];
  /** Milliseconds since bytes last grew on disk; infinite before the first. */
  growthAgeMs(): number;
  /** Gives up what is older than that, for as long as nobody records. FFmpeg is undisturbed. */
  trim(keepMs: number): Promise<void>;
  /** Ends FFmpeg and reads the last fragments; the parts stay readable. Idempotent. */
  stop(): Promise<void>;
  /** Closes the parts. Without `stop` before, FFmpeg is left running for the next daemon to adopt. */
  close(): Promise<void>;
}

interface LivePart extends Part {
  follower: PartFollower | undefined;
  record: PartRecord;
  growing: boolean;
}

export function openIngest(options: IngestOptions): Ingest {
  const { clock, logger, folder } = options;
  const parts: LivePart[] = [];
  const logCopy = openLogCopy(options.log.memoryPath, options.log.diskPath, options.log.secrets);
  const backoff = createBackoff();
  const ending = new AbortController();
  let leaving = false;

  function addPart(record: PartRecord): LivePart {
    const part: LivePart = {
      record,
      path: partPath(folder, record.number),
      follower: undefined,
      growing: true,
      get init() {
        return part.follower?.init;
      },
      get fragments() {
        return part.follower?.fragments ?? [];
      },
      read: (offset, length) => {
        if (part.follower === undefined) throw new Error(`part ${String(record.number)} is not open`);
        return part.follower.read(offset, length);
      },
    };
    parts.push(part);
    return part;
  }

  async function openFollower(part: LivePart): Promise<void> {
    part.follower = await followPart(part.path, clock, part.record.trimmedTo, {
      onInit: (_init, bytes) => options.onInit?.(part, bytes),
      onFragment: (fragment) => options.onFragment?.(part, fragment),
    });
  }

  async function begin(): Promise<{ part: LivePart; attempt: Attempt } | undefined> {
    const number = (parts.at(-1)?.record.number ?? 0) + 1;
    const path = partPath(folder, number);
    const attempt = await startAttempt({
      ffmpegPath: options.ffmpegPath,
      arguments: options.planArguments(path),
      logPath: options.log.memoryPath,
      clock,
    });
    if (attempt === undefined) return undefined;
    const record = {
      number,
      bootId: readBootId(),
      beganMonotonicMs: 0,
      beganAtMs: 0,
      trimmedTo: 0,
      process: attempt.process,
    };
    const part = addPart(record);
    await savePartRecord(folder, record);
    return { part, attempt };
  }

  /** Follows one attempt to its end; resolves with why it ended. */
  async function follow(part: LivePart, attempt: Attempt): Promise<'stalled' | 'ended' | 'stopped'> {
    const beganMs = clock.monotonicMs();
    let syncedAtMs = beganMs;
    for (;;) {
      const alive = attempt.isAlive();
      await look(part);
      if (!alive) return 'ended';
      if (ending.signal.aborted) return 'stopped';
      const nowMs = clock.monotonicMs();
      if (nowMs - syncedAtMs >= SYNC_MS) {
        syncedAtMs = nowMs;
        void part.follower
          ?.sync()
          .catch((error: unknown) => logger.warn({ err: error }, 'part could not be synced'));
        void logCopy.flush();
      }
      if (isStalled(part, nowMs - beganMs, nowMs)) return 'stalled';
      await clock.sleep(POLL_MS, ending.signal).catch(() => undefined);
    }
  }

  async function look(part: LivePart): Promise<void> {
    if (part.follower === undefined && (await exists(part.path))) await openFollower(part);
    await part.follower?.poll();
    if (part.record.beganMonotonicMs === 0 && part.fragments.length > 0) await placeInTime(part);
  }

  async function placeInTime(part: LivePart): Promise<void> {
    const spentMs = mediaEndMs(part);
    part.record = {
      ...part.record,
      beganMonotonicMs: clock.monotonicMs() - spentMs,
      beganAtMs: clock.nowMs() - spentMs,
    };
    backoff.reset();
    await savePartRecord(folder, part.record);
  }

  async function attemptOnce(taken?: { part: LivePart; attempt: Attempt }): Promise<void> {
    const started = taken ?? (await begin());
    if (started === undefined) {
      options.onDrop?.('not_started');
      return;
    }
    const { part, attempt } = started;
    const outcome = await follow(part, attempt);
    if (outcome === 'stopped' && leaving) return;
    const signal = outcome === 'ended' ? undefined : await attempt.stop();
    await look(part);
    await part.follower?.sync();
    part.growing = false;
    logger.info(
      { part: part.record.number, outcome, signal, fragments: part.fragments.length },
      'ingest attempt ended',
    );
    if (outcome !== 'stopped') options.onDrop?.(outcome);
    if (part.fragments.length === 0) await dropPart(part);
  }

  async function dropPart(part: LivePart): Promise<void> {
    parts.splice(parts.indexOf(part), 1);
    await part.follower?.close();
    await removePart(folder, part.record.number);
  }

  async function takeUpExisting(): Promise<{ part: LivePart; attempt: Attempt } | undefined> {
    let taken: { part: LivePart; attempt: Attempt } | undefined;
    for (const record of options.existing ?? []) {
      const part = addPart(record);
      const attempt = adoptAttempt(record.process, clock);
      await look(part);
      if (attempt.isAlive()) taken = { part, attempt };
      else part.growing = false;
    }
    return taken;
  }

  async function keep(): Promise<void> {
    let taken = await takeUpExisting();
    while (!ending.signal.aborted) {
      try {
        await attemptOnce(taken);
      } catch (error) {
        logger.error({ err: error }, 'ingest attempt failed');
        options.onDrop?.('not_started');
      }
      taken = undefined;
      await clock.sleep(backoff.nextMs(), ending.signal).catch(() => undefined);
    }
  }

  const keeping = keep();

  /** The record first: a later daemon must not look for fragments where there are none any more. */
  async function trimPart(part: LivePart, keepMs: number): Promise<void> {
    const offset = part.init === undefined ? undefined : planTrim(part.init, part.fragments, keepMs);
    if (offset === undefined || part.init === undefined || offset <= part.record.trimmedTo) return;
    const from = Math.max(part.init.bytes, part.record.trimmedTo);
    part.record = { ...part.record, trimmedTo: offset };
    await savePartRecord(folder, part.record);
    part.follower?.forgetBefore(offset);
    await punchHole(part.path, from, offset - from);
  }

  async function end(): Promise<void> {
    ending.abort(new Error('the ingest is no longer wanted'));
    await keeping;
  }

  return {
    parts,
    growthAgeMs() {
      const grewAtMs = parts.at(-1)?.follower?.grewAtMs;
      return grewAtMs === undefined ? Number.POSITIVE_INFINITY : clock.monotonicMs() - grewAtMs;
    },
    async trim(keepMs) {
      for (const part of parts) await trimPart(part, keepMs);
    },
    async stop() {
      await end();
      await logCopy.close();
    },
    async close() {
      leaving = !ending.signal.aborted;
      await end();
      await logCopy.flush();
      await Promise.all(parts.map(async (part) => part.follower?.close()));
    },
  };
}

function isStalled(part: LivePart, ageMs: number, nowMs: number): boolean {
  if (part.follower === undefined || part.follower.fragments.length === 0) return ageMs > FIRST_BYTE_MS;
  return nowMs - part.follower.grewAtMs > STALL_MS;
}

/** Where the media of a part ends, milliseconds of its own decode time. */
function mediaEndMs({ init, fragments }: Part): number {
  const track = init === undefined ? undefined : findVideoTrack(init);
  const last = fragments.at(-1);
  if (track === undefined || last === undefined) return 0;
  return (decodeSpan(last, track.trackId).endTicks * 1000) / track.timescale;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
