/** What a folder refused or failed to do, in our own words. */
import { stat } from 'node:fs/promises';
import { AppError } from '@padelvar/shared/errors';
import type { StorageTrouble } from '@padelvar/shared/storage-trouble';

const TROUBLES: Record<string, StorageTrouble> = {
  ENOSPC: 'full',
  EDQUOT: 'full',
  EFBIG: 'full',
  EROFS: 'read_only',
  EACCES: 'read_only',
  EPERM: 'read_only',
  ENOENT: 'missing',
  ENOTDIR: 'missing',
  ESTALE: 'missing',
  ETIMEDOUT: 'slow',
  EHOSTDOWN: 'unreachable',
  ENOTCONN: 'unreachable',
};

/** Runs one call. An error of the file system becomes AppError `storage_…`; everything else passes. */
export async function callFolder<Answer>(what: string, call: () => Promise<Answer>): Promise<Answer> {
  try {
    return await call();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof AppError || typeof code !== 'string' || !/^E[A-Z]+$/.test(code)) throw error;
    const trouble = TROUBLES[code] ?? 'failing';
    throw new AppError(`storage_${trouble}`, `the video storage could not ${what}: ${code}`, {
      cause: error,
    });
  }
}

/** A store's own folder is never made anew: where it is gone, so is what it held. */
export async function requireFolder(path: string): Promise<void> {
  if ((await stat(path)).isDirectory()) return;
  throw new AppError('storage_missing', 'expected the folder of the video storage; found a file');
}
