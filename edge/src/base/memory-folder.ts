/** A folder in memory for what must not reach a disk in clear: FFmpeg's raw log and the lists with camera addresses. */
import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';

/**
 * `RUNTIME_DIRECTORY` under systemd, else a folder of this user's in shared memory. `name` keeps two daemons apart.
 */
export async function openMemoryFolder(name: string): Promise<string> {
  const given = process.env['RUNTIME_DIRECTORY'];
  const base = given ?? ((await isWritable('/dev/shm')) ? '/dev/shm' : undefined);
  if (base === undefined)
    throw new Error('expected a folder in memory: set RUNTIME_DIRECTORY, for instance to /run/padelvar');
  const folder =
    given === undefined ? `${base}/padelvar-${String(process.getuid?.() ?? 0)}-${name}` : `${base}/${name}`;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return folder;
}

async function isWritable(path: string): Promise<boolean> {
  return access(path, constants.W_OK).then(
    () => true,
    () => false,
  );
}
