/** A disk of a few megabytes that tests can fill: a file system in memory. */
import { execFile } from 'node:child_process';
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

/** Throws where file systems may not be mounted: what needs a small disk is then not tried, and that is said. */
export async function openSmallDisk(megabytes: number): Promise<SmallDisk> {
  const folder = await mkdtemp(join(tmpdir(), 'padelvar-disk-'));
  const size = ['-t', 'tmpfs', '-o', `size=${String(megabytes)}m`];
  await run('mount', [...size, 'tmpfs', folder]).catch((error: unknown) => {
    throw new Error('expected leave to mount a file system in memory: run as root, outside of containers', {
      cause: error,
    });
  });
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
