/** Finds the FFmpeg to use: the configured one, the system's, then the npm package `ffmpeg-static` where it was installed. */
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { AppError } from '@padelvar/shared/errors';

export async function findFfmpeg(configured: string | undefined): Promise<string> {
  if (configured !== undefined) {
    if (await isExecutable(configured)) return configured;
    throw new AppError('not_found', `expected an FFmpeg at PADELVAR_FFMPEG=${configured}, found none`);
  }
  const candidates = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'ffmpeg'));
  for (const path of [...candidates, ...findStatic()]) if (await isExecutable(path)) return path;
  throw new AppError(
    'not_found',
    'expected an FFmpeg, found none: apt-get install ffmpeg, or set PADELVAR_FFMPEG to its path',
  );
}

/** The package is optional: its install script downloads, which is not possible everywhere. */
function findStatic(): string[] {
  try {
    const path: unknown = createRequire(import.meta.url)('ffmpeg-static');
    return typeof path === 'string' ? [path] : [];
  } catch {
    return [];
  }
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
