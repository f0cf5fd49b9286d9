import { afterEach, beforeEach, expect, it } from 'vitest';
import { silentLogger } from '../base/log.ts';
import { createManualClock, type ManualClock } from '../../test/support/manual-clock.ts';
import type { LinkConnection } from './link-attempt.ts';
import { keepLinked } from './link-keeper.ts';

/** A connection that ends when the test says so, and writes down how it was left. */
function fakeConnection(): LinkConnection & { left: string[]; end: (cause: string) => void } {
  const { promise: ended, resolve: end } = Promise.withResolvers<string>();
  const left: string[] = [];
  const nothing = (): Promise<void> => Promise.resolve();
  return {
    left,
    end,
    ended,
    publishReported: nothing,
    publishEvent: nothing,
    publishReply: nothing,
    publishTelemetry: nothing,
    publishPresence: nothing,
    leave(farewell) {
      left.push(farewell);
      return Promise.resolve();
    },
  };
}

let clock: ManualClock;
let ending: AbortController;
let connections: ReturnType<typeof fakeConnection>[];
let tokens: string[];
let refusing: boolean;
let renewals: number;
let keeper: Promise<void>;

beforeEach(async () => {
  clock = createManualClock();
  ending = new AbortController();
  [connections, tokens, refusing, renewals] = [[], [], false, 0];
  keeper = keepLinked({
    clock,
    log: silentLogger,
    signal: ending.signal,
    getToken: () =>
      Promise.resolve({ token: `t${String(tokens.length)}`, renewAtMs: clock.monotonicMs() + 720_000 }),
    attempt(token) {
      tokens.push(token);
      if (refusing) return Promise.reject(new Error('refused'));
      const connection = fakeConnection();
      connections.push(connection);
      return Promise.resolve(connection);
    },
    use: () => undefined,
    renew: () => Promise.resolve(void (renewals += 1)),
  });
  await clock.advance(0);
});

afterEach(async () => {
  ending.abort();
  await clock.advance(0);
  await keeper;
});

it('renews its lease while a connection stands', async () => {
  await clock.advance(90_000);
  expect(renewals).toBe(3);
});

it('comes back with a new token before the old one ends, and without a will', async () => {
  await clock.advance(720_000);
  expect(connections[0]?.left).toEqual(['stays-online']);
  expect(connections).toHaveLength(2);
  expect(new Set(tokens).size).toBe(2);
});

it('comes back at once after a connection that stood', async () => {
  await clock.advance(60_000);
  connections[0]?.end('cut');
  await clock.advance(0);
  await clock.advance(0);
  expect(connections).toHaveLength(2);
});

it('tries for ever, every 5 s at most and never in a tight loop', async () => {
  await clock.advance(60_000);
  refusing = true;
  connections[0]?.end('cut');
  await clock.advance(600_000);
  const tries = tokens.length;
  expect(tries).toBeGreaterThan(600 / 5);
  expect(tries).toBeLessThan(600 / 2.5 + 20);
  refusing = false;
  await clock.advance(5_000);
  expect(connections).toHaveLength(2);
});

it('takes leave when it is closed', async () => {
  ending.abort();
  await keeper;
  expect(connections[0]?.left).toEqual(['goes-offline']);
});
