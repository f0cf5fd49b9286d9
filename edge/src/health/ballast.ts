/** A file that only takes up room, so that there is some to give when the disk is full. */
import { execFile } from 'node:child_process';
import { open, rm, stat } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Per court: the index of a four-hour match takes 4 MiB twice, the rest is the database's. */
export const BALLAST_BYTES_PER_COURT = 16 * 1024 * 1024;

/** Bytes on disk; 0 where there is none. */
export async function sizeBallast(path: string): Promise<number> {
  return stat(path).then(
    ({ size, blocks }) => Math.min(size, blocks * 512),
    () => 0,
  );
}

/** Blocks are taken without being written (`fallocate` of util-linux). Rejects, and leaves nothing, where they are not free. */
export async function makeBallast(path: string, bytes: number): Promise<void> {
  const file = await open(path, 'a', 0o600);
  await file.close();
  try {
    await run('fallocate', ['--length', String(bytes), path]);
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}

export async function releaseBallast(path: string): Promise<void> {
  await rm(path, { force: true });
}
