/** A part in memory, while an ingest fills it or after one left it: its fragments, its place in time, what was given up. */
import { access } from 'node:fs/promises';
import { findVideoTrack } from '@padelvar/shared/mp4/init-segment';
import type { InitSegment } from '@padelvar/shared/mp4/init-segment';
import { findWallTime, WALL_STEP_MS } from '../base/clock.ts';
import type { Clock } from '../base/clock.ts';
import { syncFolder } from '../base/atomic-file.ts';
import { readBootId } from '../base/child-process.ts';
import { punchHole } from '../base/punch-hole.ts';
import { decodeSpan } from '../mp4/fragment.ts';
import type { Fragment } from '../mp4/fragment.ts';
import { createDriftMeter } from './clock-drift.ts';
import type { ClockDrift } from './clock-drift.ts';
import { followPart } from './part-follower.ts';
import type { PartFollower } from './part-follower.ts';
import { partPath, savePartRecord } from './part.ts';
import type { PartRecord } from './part.ts';
import { findTear } from './torn-tail.ts';
import { planTrim } from './trim.ts';

/** How late a fragment may be seen that was written just now; milliseconds. */
const MAX_LATE_MS = 2_000;
/** How often a fragment's arrival is compared with its camera's clock, and what is known of it put onto the disk. */
const MEASURE_MS = 400;
const SAVE_DRIFT_MS = 60_000;

export interface Part {
  readonly record: PartRecord;
  readonly path: string;
  readonly init: InitSegment | undefined;
  readonly fragments: readonly Fragment[];
  /** Whether its writer may still add to it. */
  readonly growing: boolean;
  /** How its camera's clock runs, as far as that is known by now. */
  readonly drift: ClockDrift | undefined;
  read(offset: number, length: number): Promise<Buffer>;
}

export interface LivePart extends Part {
  growing: boolean;
  /** Monotonic milliseconds at which bytes were last seen to have grown; undefined where they never were. */
  readonly grewAtMs: number | undefined;
  /** What its writer added from then on, monotonic milliseconds, were the last words of one that ends. */
  forgetGrowth(sinceMs: number): void;
  /** Reads what its writer has added, and gives the part its place in time with its first fragment. */
  look(): Promise<void>;
  sync(): Promise<void>;
  /** Writes down how its camera's clock runs. */
  saveDrift(): Promise<void>;
  /** Drops what a power cut left half written at its end; answers how many fragments. */
  dropTorn(): Promise<number>;
  /** Gives up what is older than that. Its writer is undisturbed. */
  trim(keepMs: number): Promise<void>;
  close(): Promise<void>;
}

export interface LivePartOptions {
  folder: string;
  record: PartRecord;
  growing: boolean;
  clock: Clock;
  /** Its source stamps by a clock of its own, which may run fast or slow. */
  hasOwnClock?: boolean | undefined;
  /** When its first frame was, monotonic milliseconds, where its source knows; else it is told by when it was written. */
  beganMs?: (() => number | undefined) | undefined;
  onInit?: ((part: Part, init: Buffer) => void) | undefined;
  onFragment?: ((part: Part, fragment: Fragment) => void) | undefined;
  /** That many bytes of it outlast a power cut. */
  onSynced?: ((part: Part, bytes: number) => void) | undefined;
}

export function createLivePart(options: LivePartOptions): LivePart {
  const { folder, record, growing, clock, hasOwnClock = false, ...events } = options;
  const path = partPath(folder, record.number);
  let follower: PartFollower | undefined;
  let saving: Promise<void> = Promise.resolve();
  let isListed = false;
  const meter = createDriftMeter(record.drift);
  const thisBootId = readBootId();
  const seenJumps: number[] = [];
  let measured: Fragment | undefined;
  let [measuredMs, driftSavedMs] = [-Infinity, clock.monotonicMs()];

  function save(changes: Partial<PartRecord>): Promise<void> {
    part.record = { ...part.record, ...changes };
    const { record: latest } = part;
    const saved = saving.then(() => savePartRecord(folder, latest));
    saving = saved.catch(() => undefined);
    return saved;
  }

  async function look(): Promise<void> {
    if (follower === undefined && (await exists(path))) {
      const { trimmedTo, jumps } = part.record;
      follower = await followPart(
        path,
        clock,
        { trimmedTo, ...(jumps === undefined ? {} : { jumps }) },
        {
          onInit: (_init, bytes) => events.onInit?.(part, bytes),
          onFragment: (fragment) => events.onFragment?.(part, fragment),
          onJump: (offset) => seenJumps.push(offset),
        },
      );
    }
    await follower?.poll();
    await noteJumps();
    if (part.record.beganMonotonicMs === 0 && part.fragments.length > 0) await placeInTime();
    else if (part.growing) {
      await followWallClock();
      if (hasOwnClock) await measureClock();
    }
  }

  /** Whoever reads the part later has not seen its fragments come. */
  async function noteJumps(): Promise<void> {
    const seen = seenJumps.splice(0);
    if (seen.length === 0) return;
    // A full disk takes no record: the pause stays for the next daemon.
    await save({ jumps: [...(part.record.jumps ?? []), ...seen] }).catch(() => undefined);
  }

  async function measureClock(): Promise<void> {
    const newest = part.fragments.at(-1);
    const nowMs = clock.monotonicMs();
    if (newest === undefined || newest === measured || nowMs - measuredMs < MEASURE_MS) return;
    [measured, measuredMs] = [newest, nowMs];
    const endMs = mediaEndMs(part);
    const writtenMs = nowMs - writtenAgoMs();
    meter.note(endMs, writtenMs - part.record.beganMonotonicMs - endMs);
    if (nowMs - driftSavedMs < SAVE_DRIFT_MS) return;
    driftSavedMs = nowMs;
    // A full disk takes no record; the next one is as good.
    await saveDrift().catch(() => undefined);
  }

  /** A machine that lost its time begins with a wrong one, until it is set: the place for later boots moves with it. */
  async function followWallClock(): Promise<void> {
    const { beganMonotonicMs, beganAtMs, bootId } = part.record;
    if (bootId !== thisBootId || beganMonotonicMs === 0) return;
    const atMs = findWallTime(clock, beganMonotonicMs);
    if (Math.abs(atMs - beganAtMs) >= WALL_STEP_MS) await save({ beganAtMs: atMs }).catch(() => undefined);
  }

  async function saveDrift(): Promise<void> {
    const drift = meter.drift();
    if (drift !== undefined) await save({ drift });
  }

  /** Its writer creates it after its record was written: its name is put onto the disk with its first bytes. */
  async function sync(): Promise<void> {
    const bytes = await follower?.sync();
    if (bytes === undefined) return;
    if (!isListed) await syncFolder(folder);
    isListed = true;
    events.onSynced?.(part, bytes);
  }

  /** How long ago its newest fragment was written, as the file says: a busy machine may see it late. */
  function writtenAgoMs(): number {
    const agoMs = Math.max(0, clock.nowMs() - (follower?.writtenAtMs ?? 0));
    // Of a living writer it was just now; more than that is a wall clock that was set.
    return part.growing && agoMs > MAX_LATE_MS ? 0 : agoMs;
  }

  async function placeInTime(): Promise<void> {
    const nowMs = clock.monotonicMs();
    const beganMonotonicMs = options.beganMs?.() ?? nowMs - writtenAgoMs() - mediaEndMs(part);
    await save({
      bootId: thisBootId,
      beganMonotonicMs: Math.max(1, beganMonotonicMs),
      beganAtMs: Math.max(1, findWallTime(clock, beganMonotonicMs)),
    });
  }

  const part: LivePart & { record: PartRecord } = {
    record,
    path,
    growing,
    get init() {
      return follower?.init;
    },
    get fragments() {
      return follower?.fragments ?? [];
    },
    get drift() {
      return meter.drift();
    },
    get grewAtMs() {
      return follower?.grewAtMs;
    },
    forgetGrowth: (sinceMs) => follower?.forgetGrowth(sinceMs),
    read(offset, length) {
      if (follower === undefined)
        return Promise.reject(new Error(`expected part ${String(part.record.number)} to be open`));
      return follower.read(offset, length);
    },
    look,
    sync,
    saveDrift,
    async dropTorn() {
      const tear = await findTear(part, follower?.bytes ?? 0);
      const before = part.fragments.length;
      if (tear !== undefined) follower?.forgetFrom(tear);
      return before - part.fragments.length;
    },
    /** The record first: a later daemon must not look for fragments where there are none any more. */
    async trim(keepMs) {
      const { init, fragments } = part;
      const { trimmedTo } = part.record;
      const offset = init === undefined ? undefined : planTrim(init, fragments, keepMs);
      if (init === undefined || offset === undefined || offset <= trimmedTo) return;
      const from = Math.max(init.bytes, trimmedTo);
      await save({ trimmedTo: offset });
      follower?.forgetBefore(offset);
      await punchHole(path, from, offset - from);
    },
    async close() {
      await saving;
      const closing = follower;
      // Sessions are remembered for days: their fragments, megabytes a match, are not.
      follower = undefined;
      await closing?.close();
    },
  };
  return part;
}

/** Where the media of a part ends, milliseconds of its own decode time. */
export function mediaEndMs({ init, fragments }: Pick<Part, 'init' | 'fragments'>): number {
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
