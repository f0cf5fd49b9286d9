/**
 * Watches what is done to the disk through `node:fs/promises`, really done all the time, and says what a power cut could
 * undo: content that was not synced, names in a folder that was not. Blind to what other programs write.
 */
import fs from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { dirname } from 'node:path';

export interface DiskWatch {
  /** What was wrong, in the order of time. */
  readonly faults: readonly string[];
  /** How many syncs had something to do. */
  readonly syncs: number;
  /** What a power cut now could undo. */
  unsynced(): string[];
  end(): void;
}

export interface WatchOptions {
  /** Only what lies in it counts. */
  folder: string;
  /** This one of them, counted from 0, does nothing. */
  skipSync?: number | undefined;
  /** Whether what was removed has to be gone for certain in the end. */
  removesForGood?: boolean;
}

type Method = (this: FileHandle, ...values: unknown[]) => Promise<unknown>;

export async function watchDisk({
  folder,
  skipSync,
  removesForGood = false,
}: WatchOptions): Promise<DiskWatch> {
  const paths = new WeakMap<FileHandle, string>();
  const faults: string[] = [];
  /** Files whose content is not on the disk, each with the lowest place that was written. */
  const contents = new Map<string, number>();
  /** Folders with names that are not on the disk, and what was done. */
  const names = new Map<string, string>();
  /** Folders from which something was removed that may be there again. */
  const removals = new Map<string, string>();
  let syncs = 0;

  const isWatched = (path: string): boolean => path.startsWith(folder);
  const expectNames = (before: string): void => {
    for (const [where, what] of names) faults.push(`${before}: ${what} is not synced in ${where}`);
  };
  const touch = (path: string, offset: number): void => {
    if (!isWatched(path)) return;
    const lowest = contents.get(path);
    if (lowest !== undefined && offset < lowest)
      faults.push(`written at ${String(offset)} of ${path}: what comes behind it is not synced`);
    contents.set(path, Math.min(lowest ?? offset, offset));
  };
  const settle = (path: string): boolean => {
    if (!contents.has(path) && !names.has(path) && !removals.has(path)) return true;
    syncs += 1;
    if (syncs - 1 === skipSync) return false;
    contents.delete(path);
    names.delete(path);
    removals.delete(path);
    return true;
  };
  const renamed = (from: string, to: string): void => {
    const what = `${from} to ${to}`;
    for (const path of contents.keys())
      if (path === from || path.startsWith(`${from}/`)) faults.push(`${what}: its content is not synced`);
    expectNames(what);
    names.set(dirname(to), `the rename to ${to}`);
    contents.delete(from);
  };

  const removed = (path: string, isFolder: boolean): void => {
    expectNames(`${path} removed`);
    if (isFolder)
      for (const [where, what] of removals)
        faults.push(`${path} removed: that ${what} was is not synced in ${where}`);
    removals.set(dirname(path), path);
  };

  const { open, rename, rm } = fs;
  const handle = await open('/dev/null');
  const prototype = Object.getPrototypeOf(handle) as Record<string, Method>;
  await handle.close();
  const kept = ['sync', 'datasync', 'write', 'writeFile', 'truncate'].map(
    (name) => [name, prototype[name]] as const,
  );
  const wrap = (name: string, before: (path: string, values: unknown[]) => boolean): void => {
    const original = prototype[name];
    prototype[name] = function (...values) {
      const path = paths.get(this);
      const isDone = path === undefined || !isWatched(path) || before(path, values);
      return isDone && original !== undefined ? original.apply(this, values) : Promise.resolve();
    };
  };
  wrap('sync', settle);
  wrap('datasync', settle);
  // Of a buffer, its part and its place; a file that is written in one go begins where it was, at its end.
  wrap('write', (path, [, , , position]) => (touch(path, Number(position ?? 0)), true));
  wrap('writeFile', (path) => (contents.set(path, contents.get(path) ?? 0), true));
  wrap('truncate', (path, [length]) => (touch(path, Number(length ?? 0)), true));
  fs.open = async (path, ...values) => {
    const opened = await open(path, ...values);
    paths.set(opened, String(path));
    return opened;
  };
  fs.rename = async (from, to) => {
    if (isWatched(String(to))) renamed(String(from), String(to));
    return rename(from, to);
  };
  fs.rm = async (path, options) => {
    if (isWatched(String(path))) removed(String(path), options?.recursive === true);
    return rm(path, options);
  };
  syncBuiltinESMExports();
  return {
    faults,
    get syncs() {
      return syncs;
    },
    unsynced: () => [...contents.keys(), ...names.values(), ...(removesForGood ? removals.values() : [])],
    end() {
      Object.assign(fs, { open, rename, rm });
      for (const [name, original] of kept) if (original !== undefined) prototype[name] = original;
      syncBuiltinESMExports();
    },
  };
}
