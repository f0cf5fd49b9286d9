/** Keeps a connection to the portal for ever: one attempt after another, a new token before the old one ends. */
import { createBackoff } from '../base/backoff.ts';
import { repeat, type Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { AccessToken } from './device-token.ts';
import type { LinkConnection } from './link-attempt.ts';

export interface KeeperOptions {
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
  getToken: () => Promise<AccessToken>;
  attempt: (token: string) => Promise<LinkConnection>;
  /** The connection that stands from now on, or undefined. */
  use: (connection: LinkConnection | undefined) => void;
  /** Done now and again on a standing connection. */
  renew: (connection: LinkConnection) => Promise<void>;
}

/** Presence is renewed well within its lease of 90 s. */
const RENEW_PRESENCE_MS = 30_000;
/** A connection that stood this long is a success; one that is cut at once is not. */
const STEADY_MS = 10_000;
const RETRY_TOKEN_MS = 10_000;

/** Resolves once the signal has been given and leave been taken. */
export async function keepLinked(options: KeeperOptions): Promise<void> {
  const { clock, log, signal, getToken, attempt } = options;
  const backoff = createBackoff();
  const isClosed = (): boolean => signal.aborted;
  while (!isClosed()) {
    const sinceMs = clock.monotonicMs();
    try {
      const token = await abortable(signal, getToken());
      const connection = await attempt(token.token);
      log.info('linked to the portal');
      const cause = await hold(connection, token, options);
      log.info({ cause }, 'link to the portal ended');
      if (cause === RENEWAL || clock.monotonicMs() - sinceMs > STEADY_MS) backoff.reset();
    } catch (error) {
      log.debug({ reason: String(error) }, 'no link to the portal');
    }
    if (!isClosed()) await clock.sleep(backoff.nextMs(), signal).catch(() => undefined);
  }
}

const RENEWAL = 'a new token';

/** Uses the connection until it ends, a new token is there, or the link is closed. */
async function hold(connection: LinkConnection, token: AccessToken, options: KeeperOptions): Promise<string> {
  const { clock, signal, use, renew } = options;
  use(connection);
  const ended = new AbortController();
  const stopRenewing = repeat(clock, RENEW_PRESENCE_MS, () => renew(connection).catch(() => undefined));
  try {
    const cause = await Promise.race([
      connection.ended,
      waitForRenewal(token, options, ended.signal).then(() => RENEWAL),
      abortable(signal, new Promise<never>(() => undefined)).catch(() => 'closed'),
    ]);
    use(undefined);
    // A clean farewell sends no will: the device stays online while it comes back with its new token.
    if (cause === RENEWAL) await connection.leave('stays-online');
    if (signal.aborted) await connection.leave('goes-offline');
    return cause;
  } finally {
    use(undefined);
    ended.abort();
    void stopRenewing();
  }
}

/** Resolves when a new token is due and there. While the portal gives none, the connection stands as long as it may. */
async function waitForRenewal(
  token: AccessToken,
  { clock, getToken }: KeeperOptions,
  ended: AbortSignal,
): Promise<void> {
  await sleepUntilEnd(clock, token.renewAtMs - clock.monotonicMs(), ended);
  while (!ended.aborted) {
    const renewed = await getToken().catch(() => undefined);
    if (renewed !== undefined) return;
    await sleepUntilEnd(clock, RETRY_TOKEN_MS, ended);
  }
}

function sleepUntilEnd(clock: Clock, ms: number, ended: AbortSignal): Promise<void> {
  return clock.sleep(Math.max(0, ms), ended).catch(() => undefined);
}

async function abortable<Value>(signal: AbortSignal, promise: Promise<Value>): Promise<Value> {
  signal.throwIfAborted();
  let abort = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    abort = () => reject(new Error('the link is closed'));
    signal.addEventListener('abort', abort);
  });
  return Promise.race([promise, aborted]).finally(() => signal.removeEventListener('abort', abort));
}
