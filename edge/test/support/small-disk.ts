/** A disk of a few megabytes that tests can fill: a file system in memory, where the tests may mount one. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, rm, rmdir, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface SmallDisk {
  readonly folder: string;
  freeBytes(): Promise<number>;
  /** Takes all room but that many bytes. */
  fill(leaveBytes: number): Promise<void>;
  empty(): Promise<void>;
  /** Idempotent; whoever still has files open there keeps them. */
  close(): Promise<void>;
}

/** Whether this test may mount a file system: root, and not in a container that forbids it. */
export function canMount(): boolean {
  try {
    execFileSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

export async function openSmallDisk(megabytes: number): Promise<SmallDisk> {
  const folder = await mkdtemp(join(tmpdir(), 'padelvar-disk-'));
  await run('mount', ['-t', 'tmpfs', '-o', `size=${String(megabytes)}m`, 'tmpfs', folder]);
  const fillers: string[] = [];
  let isClosed = false;
  const freeBytes = async (): Promise<number> => {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  };
  return {
    folder,
    freeBytes,
    async fill(leaveBytes) {
      const filler = join(folder, `filler-${String(fillers.length)}`);
      const bytes = (await freeBytes()) - leaveBytes;
      if (bytes <= 0) return;
      fillers.push(filler);
      await run('fallocate', ['--length', String(bytes), filler]);
    },
    async empty() {
      for (const filler of fillers) await rm(filler, { force: true });
    },
    async close() {
      if (isClosed) return;
      isClosed = true;
      await run('umount', ['--lazy', folder]);
      await rmdir(folder);
    },
  };
}
