import { expect, test } from 'vitest';
import { silentLogger } from '../base/log.ts';
import { createManualClock } from '../../test/support/manual-clock.ts';
import { createUplink } from './uplink.ts';

const { signal } = new AbortController();

function openWatched() {
  const clock = createManualClock();
  const uplink = createUplink({
    ...{ clock, log: silentLogger, measuredBefore: 10_000 },
    ...{ ceilingKbitPerSecond: () => undefined, runningKbitPerSecond: () => 0 },
  });
  const msOf = async (bytes: number): Promise<number> => {
    const fromMs = clock.monotonicMs();
    const pacing = uplink.pace(bytes, signal).then(() => clock.monotonicMs() - fromMs);
    for (let count = 0; count < 200; count += 1) await clock.advance(10);
    return pacing;
  };
  return { clock, uplink, msOf };
}

test('a live picture leaves a fifth of the line free until 3 s after the last', async () => {
  const { clock, uplink } = openWatched();
  expect(uplink.plan().limitKbitPerSecond).toBeUndefined();
  uplink.noteLive(30_000);
  await clock.advance(1_000);
  expect(uplink.plan().limitKbitPerSecond).toBe(8_000);
  uplink.noteLive(30_000);
  await clock.advance(2_900);
  expect(uplink.plan().limitKbitPerSecond).toBe(8_000);
  await clock.advance(1_100);
  expect(uplink.plan().limitKbitPerSecond).toBeUndefined();
});

test('parts wait for the bytes of live pictures that went out before them', async () => {
  const { clock, uplink, msOf } = openWatched();
  uplink.noteLive(0);
  await clock.advance(1_000);
  await msOf(250_000);
  const alone = await msOf(100_000);
  uplink.noteLive(500_000);
  expect(await msOf(100_000)).toBeGreaterThan(alone + 240);
});
