/** Reads a growing part behind its writer: which fragments are whole, and when bytes last grew. */
import { fdatasync, fstatSync, readSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { readBoxHeader } from '@padelvar/shared/mp4/boxes';
import { parseInitSegment } from '@padelvar/shared/mp4/init-segment';
import type { InitSegment } from '@padelvar/shared/mp4/init-segment';
import type { Clock } from '../base/clock.ts';
import { parseFragment } from '../mp4/fragment.ts';
import type { Fragment } from '../mp4/fragment.ts';
import { createPictureRuns } from '../mp4/picture-run.ts';
import { createStraightener } from '../mp4/straighten.ts';
import type { Straightener } from '../mp4/straighten.ts';

/** Enough for the moof of most fragments and the mdat header behind it; longer ones are read again, larger. */
const READ_BYTES = 2 * 1024;
const INIT_BYTES = 256 * 1024;
/** Between what was written and the look that finds it, milliseconds. */
const MAX_SEEN_LATE_MS = 1_000;
/** A part that fills grows about every 480 ms; milliseconds. */
const PAUSE_MS = 800;
/** Fragments of a long part that are read without letting anything else have its turn. */
const READ_AT_ONCE = 16;

export interface PartFollowerEvents {
  onInit?: (init: InitSegment, bytes: Buffer) => void;
  onFragment?: (fragment: Fragment) => void;
  /** In the fragment at that offset the camera's clock jumps ahead. */
  onJump?: (offset: number) => void;
}

export interface FollowOptions {
  /** Fragments before that offset were given up. */
  trimmedTo?: number;
  /** Where an earlier follower saw the camera's clock jump ahead. */
  jumps?: readonly number[];
}

export interface PartFollower {
  readonly init: InitSegment | undefined;
  readonly fragments: readonly Fragment[];
  /** Size of the file when last looked at, bytes. */
  readonly bytes: number;
  /** When the file was last written, as it says itself when last looked at; Unix milliseconds. */
  readonly writtenAtMs: number;
  /** Monotonic milliseconds at which bytes last grew, as the file says; the first look alone tells nothing. */
  readonly grewAtMs: number | undefined;
  /**
   * What its writer added from then on, monotonic milliseconds, or last of all after a pause, were the last words of one that
   * ends: FFmpeg writes what it kept back, and may take a second to say goodbye to a silent camera.
   */
  forgetGrowth(sinceMs: number): void;
  /** Looks once; never two looks at a time. */
  poll(): Promise<void>;
  /** Puts what was written onto the disk, one at a time; answers how many bytes are there. */
  sync(): Promise<number>;
  read(offset: number, length: number): Promise<Buffer>;
  /** Drops fragments that begin before that offset from memory. */
  forgetBefore(offset: number): void;
  /** Drops that fragment and all behind it from memory. */
  forgetFrom(offset: number): void;
  close(): Promise<void>;
}

/** Opens an existing part for reading. Throws ENOENT where its writer has not created it yet. */
export async function followPart(
  path: string,
  clock: Clock,
  { trimmedTo = 0, jumps = [] }: FollowOptions = {},
  events: PartFollowerEvents = {},
): Promise<PartFollower> {
  const file = await open(path, 'r');
  let fragments: Fragment[] = [];
  let init: InitSegment | undefined;
  let straighten: Straightener | undefined;
  let addPictures: ((fragment: Fragment) => Fragment) | undefined;
  let bytes: number | undefined;
  let writtenAtMs = 0;
  let growthsMs: number[] = [];
  let cursor = 0;
  let readTo: number | undefined;
  let polling: Promise<void> | undefined;
  let syncing: Promise<number> | undefined;

  async function look(): Promise<void> {
    // Through the thread pool it costs 0.1 ms more (measured), some four times a second and court.
    const { size, mtimeMs } = fstatSync(file.fd);
    writtenAtMs = mtimeMs;
    // Of a wall clock that was set meanwhile nothing can be told.
    const agoMs = Math.max(0, clock.nowMs() - mtimeMs);
    const isTimely = agoMs < MAX_SEEN_LATE_MS;
    const seenMs = clock.monotonicMs();
    if (bytes !== undefined && size > bytes)
      growthsMs = [...growthsMs.slice(-7), seenMs - (isTimely ? agoMs : 0)];
    bytes = size;
    if (size === readTo) return;
    if (init === undefined) await readInit(size);
    if (init === undefined) return;
    const added: Fragment[] = [];
    for (let count = 1; ; count += 1) {
      const found = readFragment(file.fd, init, cursor, size);
      if (found === undefined) break;
      cursor = found.end;
      if (found.fragment !== undefined) added.push(addPictures?.(found.fragment) ?? found.fragment);
      if (count % READ_AT_ONCE === 0) await setImmediate();
    }
    readTo = size;
    for (const fragment of straighten?.(added, isTimely ? seenMs - agoMs : undefined) ?? []) {
      fragments.push(fragment);
      events.onFragment?.(fragment);
    }
  }

  async function syncWritten(): Promise<number> {
    const { size } = fstatSync(file.fd);
    // Half the daemon's way there than by the handle's own promise (measured).
    await new Promise<void>((resolve, reject) => {
      fdatasync(file.fd, (error) => {
        if (error === null) resolve();
        else reject(error);
      });
    });
    return size;
  }

  async function readInit(size: number): Promise<void> {
    const start = await readAt(file, 0, Math.min(size, INIT_BYTES));
    init = parseInitSegment(start);
    if (init === undefined) return;
    cursor = Math.max(init.bytes, trimmedTo);
    addPictures = createPictureRuns(init);
    straighten = createStraightener(init, { known: jumps, onJump: events.onJump });
    events.onInit?.(init, Buffer.from(start.subarray(0, init.bytes)));
  }

  return {
    get init() {
      return init;
    },
    get fragments() {
      return fragments;
    },
    get bytes() {
      return bytes ?? 0;
    },
    get writtenAtMs() {
      return writtenAtMs;
    },
    get grewAtMs() {
      return growthsMs.at(-1);
    },
    forgetGrowth(sinceMs) {
      growthsMs = growthsMs.filter((grewAtMs) => grewAtMs < sinceMs);
      const [before, last] = growthsMs.slice(-2);
      if (before !== undefined && last !== undefined && last - before > PAUSE_MS) growthsMs.pop();
    },
    poll: () => (polling ??= look().finally(() => (polling = undefined))),
    sync: () => (syncing ??= syncWritten().finally(() => (syncing = undefined))),
    read: (offset, length) => readAt(file, offset, length),
    forgetBefore(offset) {
      fragments = fragments.filter((fragment) => fragment.offset >= offset);
    },
    forgetFrom(offset) {
      fragments = fragments.filter((fragment) => fragment.offset < offset);
    },
    async close() {
      await Promise.allSettled([polling, syncing]);
      await file.close();
    },
  };
}

/**
 * A whole fragment at `offset`, or another whole box to step over (`fragment` absent), or undefined. Its first bytes were
 * written just now and are still in memory: a way through the thread pool would cost more than reading them.
 */
function readFragment(
  fd: number,
  init: InitSegment,
  offset: number,
  fileBytes: number,
): { end: number; fragment?: Fragment } | undefined {
  let head = readNow(fd, offset, Math.min(READ_BYTES, fileBytes - offset));
  const first = readBoxHeader(head, 0);
  if (first === undefined || offset + first.bytes > fileBytes) return undefined;
  if (first.type !== 'moof') return { end: offset + first.bytes };
  const needed = first.bytes + 16;
  if (head.byteLength < needed) head = readNow(fd, offset, Math.min(needed, fileBytes - offset));
  const media = readBoxHeader(head, first.bytes);
  if (media === undefined || offset + first.bytes + media.bytes > fileBytes) return undefined;
  const bytes = first.bytes + media.bytes;
  const fragment = findFragment(head.subarray(0, first.bytes), init, offset, bytes);
  return { end: offset + bytes, ...(fragment === undefined ? {} : { fragment }) };
}

function readNow(fd: number, offset: number, length: number): Buffer {
  const buffer = Buffer.allocUnsafe(Math.max(0, length));
  return buffer.subarray(0, readSync(fd, buffer, 0, buffer.byteLength, offset));
}

/** What a power cut left half written has its size but no sense: it is stepped over. */
function findFragment(
  moof: Uint8Array,
  init: InitSegment,
  offset: number,
  bytes: number,
): Fragment | undefined {
  try {
    const fragment = parseFragment(moof, init, offset, bytes);
    return fragment.runs.length === 0 ? undefined : fragment;
  } catch {
    return undefined;
  }
}

async function readAt(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(Math.max(0, length));
  let filled = 0;
  while (filled < buffer.byteLength) {
    const { bytesRead } = await file.read(buffer, filled, buffer.byteLength - filled, offset + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}
