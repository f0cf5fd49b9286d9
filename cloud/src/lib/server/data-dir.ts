/**
 * The portal's data folder: one portal at a time, and the secret that is made at first start. The lock is a
 * transaction held open in a small SQLite file, so the system releases it however the process ends.
 */
import { hkdfSync, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '@padelvar/shared/errors';
import BetterSqlite3 from 'better-sqlite3';

export interface DataDir {
  readonly path: string;
  readonly databasePath: string;
  /**
   * A secret of its own for each purpose, 32 bytes in base64url, the same at every start. All come from one random
   * secret that lies beside the database, not in it: a stolen database opens nothing.
   */
  secretFor(purpose: string): string;
  /** Lets another portal have the folder. */
  close(): void;
}

/** Throws `conflict` while another portal holds the folder. */
export function openDataDir(path: string): DataDir {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const lock = lockFolder(path);
  const secret = loadSecret(join(path, 'secret'));
  return {
    path,
    databasePath: join(path, 'portal.db'),
    secretFor: (purpose) =>
      Buffer.from(hkdfSync('sha256', secret, '', `padelvar-${purpose}`, 32)).toString('base64url'),
    close: () => void lock.close(),
  };
}

function lockFolder(path: string): BetterSqlite3.Database {
  const lock = new BetterSqlite3(join(path, 'portal.lock'), { timeout: 0 });
  try {
    lock.exec('begin exclusive');
    return lock;
  } catch (cause) {
    lock.close();
    throw new AppError('conflict', `PADELVAR_DATA_DIR: another portal is using ${path}`, { cause });
  }
}

function loadSecret(path: string): string {
  try {
    writeFileSync(path, `${randomBytes(32).toString('base64url')}\n`, {
      mode: 0o600,
      flag: 'wx',
      flush: true,
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const secret = readFileSync(path, 'utf8').trim();
  if (secret.length >= 43) return secret;
  throw new AppError(
    'internal',
    `expected 32 bytes in base64url in ${path}; found ${secret.length} characters`,
  );
}
