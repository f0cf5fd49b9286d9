import { expect, test } from 'vitest';
import { silentLogger } from '../base/log.ts';
import { createManualClock } from '../../test/support/manual-clock.ts';
import { createUplink } from './uplink.ts';
import { createUplinkMeter } from './uplink-meter.ts';

const MIB = 1024 * 1024;
const { signal } = new AbortController();

test('a line is what arrives while parts are under way, however many share it', async () => {
  const clock = createManualClock();
  const meter = createUplinkMeter({ clock });
  const send = (ms: number): Promise<void> => meter.around(5 * MIB, () => clock.sleep(ms));
  const isAbout = (kbit: number): void =>
    expect(Math.abs((meter.kbitPerSecond ?? 0) / kbit - 1)).toBeLessThan(0.05);
  expect(meter.kbitPerSecond).toBeUndefined();
  const two = [send(10_000), send(10_000)];
  await clock.advance(10_000);
  await Promise.all(two);
  isAbout((10 * MIB * 8) / 10_000);
  // Time in which nothing was to be sent is no part of it.
  await clock.advance(600_000);
  const one = send(5_000);
  await clock.advance(5_000);
  await one;
  isAbout((5 * MIB * 8) / 5_000);
  // One after the other, a third of each one's time beside its neighbour.
  await clock.advance(600_000);
  const first = send(7_500);
  await clock.advance(5_000);
  const second = send(7_500);
  await clock.advance(7_500);
  await Promise.all([first, second]);
  isAbout((10 * MIB * 8) / 12_500);
});

test('parts of the last 20 s count together, so that one that was slow is not the line', async () => {
  const clock = createManualClock();
  const meter = createUplinkMeter({ clock });
  for (const ms of [2_000, 2_000, 2_000, 6_000]) {
    const part = meter.around(5 * MIB, () => clock.sleep(ms));
    await clock.advance(ms);
    await part;
  }
  expect(meter.kbitPerSecond).toBe(Math.round((20 * MIB * 8) / 12_000));
  await clock.advance(20_000);
  const later = meter.around(5 * MIB, () => clock.sleep(8_000));
  await clock.advance(8_000);
  await later;
  expect(meter.kbitPerSecond).toBe(Math.round((5 * MIB * 8) / 8_000));
});

test('parts that share an unfair line measure it together', async () => {
  const clock = createManualClock();
  const measured: number[] = [];
  const onMeasured = (kbit: number): void => void measured.push(Math.round(kbit));
  const meter = createUplinkMeter({ clock, onMeasured });
  const send = (ms: number): Promise<void> => meter.around(5 * MIB, () => clock.sleep(ms));
  // The line carries 1 MiB a second, the favoured one has 9 of 10 bytes.
  const favoured = send(5_556);
  const other = send(10_000);
  await clock.advance(5_556);
  await favoured;
  expect(measured).toEqual([]);
  await clock.advance(4_444);
  await other;
  expect(measured).toEqual([Math.round((10 * MIB * 8) / 10_000)]);
});

test('a part that fails, and one too small to tell, say nothing', async () => {
  const clock = createManualClock();
  const meter = createUplinkMeter({ clock, initial: 5_000 });
  await expect(meter.around(5 * MIB, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  const small = meter.around(1_000, () => clock.sleep(1_000));
  await clock.advance(1_000);
  await small;
  expect(meter.kbitPerSecond).toBe(5_000);
});

test('under a limit of ours the line is taken for no less than it was', async () => {
  const clock = createManualClock();
  const measured: number[] = [];
  const uplink = createUplink({
    ...{ clock, log: silentLogger, ceilingKbitPerSecond: () => 1_000, runningKbitPerSecond: () => 0 },
    ...{ measuredBefore: 20_000, onMeasured: (kbit: number) => void measured.push(kbit) },
  });
  const sending = uplink.around(2 * MIB, async () => {
    for (let piece = 0; piece < 128; piece += 1) await uplink.pace(16_384, signal);
  });
  for (let second = 0; second < 20; second += 1) await clock.advance(1_000);
  await sending;
  expect(uplink.measuredKbitPerSecond).toBe(20_000);
  expect(measured).toEqual([20_000]);
});

test('a ceiling is lifted while a match would leave a backlog, and holds again afterwards', async () => {
  const clock = createManualClock();
  let running = 0;
  const uplink = createUplink({
    ...{ clock, log: silentLogger },
    ...{ ceilingKbitPerSecond: () => 2_000, runningKbitPerSecond: () => running },
  });
  expect(uplink.plan()).toEqual({ limitKbitPerSecond: 2_000, isLifted: false });
  running = 4_000;
  await clock.advance(1_000);
  expect(uplink.plan()).toEqual({ limitKbitPerSecond: 4_600, isLifted: true });
  running = 0;
  await clock.advance(1_000);
  expect(uplink.plan()).toEqual({ limitKbitPerSecond: 2_000, isLifted: false });
});
