/**
 * One portal per PostgreSQL database: an advisory lock of one connection that is kept for it. Whoever loses the connection
 * has lost the lock, and takes it again before it goes on; the server gives it to nobody while that connection stands.
 */
import { AppError } from '@padelvar/shared/errors';
import type { Client, ClientConfig } from 'pg';
import pg from 'pg';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';

export interface PortalLock {
  /** Throws `database_unavailable` while the lock is not held. */
  check(): void;
  close(): Promise<void>;
}

export interface PortalLockOptions {
  config: ClientConfig;
  clock: Clock;
  log: Logger;
}

/** "PdVr": advisory locks of a database are told apart by number alone. */
const LOCK_KEY = 0x50645672;
const AGAIN_MS = 500;
/** How often the connection is tried, and how long it may take to answer. */
const BEAT_MS = 5_000;
/** So that a server notices within half a minute that a portal's machine is gone. */
const KEEPALIVES = '-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3';

/** Throws `conflict` where another portal has the database, and whatever pg throws where it can't be reached. */
export async function takePortalLock({ config, clock, log }: PortalLockOptions): Promise<PortalLock> {
  let client: Client | undefined = await connectLocked(config);
  let isClosed = false;
  let cancel = (): void => undefined;

  const watch = (current: Client): void => {
    const beat = (): void => {
      current.query('select 1').then(
        () => {
          if (client === current) cancel = clock.setTimer(BEAT_MS, beat);
        },
        () => lose(current),
      );
    };
    current.once('end', () => lose(current));
    cancel = clock.setTimer(BEAT_MS, beat);
  };
  const lose = (current: Client): void => {
    if (client !== current || isClosed) return;
    client = undefined;
    cancel();
    log.error('the database is gone; trying again');
    void current.end().catch(() => undefined);
    cancel = clock.setTimer(AGAIN_MS, retake);
  };
  const retake = (): void => {
    connectLocked(config).then(
      (taken) => {
        if (isClosed) return void taken.end();
        client = taken;
        watch(taken);
        log.info('the database is back');
      },
      (error: unknown) => {
        if (error instanceof AppError) log.error(error.message);
        if (!isClosed) cancel = clock.setTimer(AGAIN_MS, retake);
      },
    );
  };
  watch(client);

  return {
    check() {
      if (client === undefined) throw lost();
    },
    async close() {
      isClosed = true;
      cancel();
      await client?.end();
    },
  };
}

async function connectLocked(config: ClientConfig): Promise<Client> {
  const client = new pg.Client({ ...config, query_timeout: BEAT_MS, options: KEEPALIVES });
  // An error of a connection nobody waits for: its end is what counts.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ held: boolean }>('select pg_try_advisory_lock($1) as held', [
      LOCK_KEY,
    ]);
    if (rows[0]?.held === true) return client;
    throw new AppError('conflict', 'DATABASE_URL: another portal is using this database');
  } catch (error) {
    void client.end().catch(() => undefined);
    throw error;
  }
}

function lost(): AppError {
  return new AppError('database_unavailable', 'the database does not answer; try again in a moment', {
    details: { retryAfterSeconds: 2 },
  });
}
