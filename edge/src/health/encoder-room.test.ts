import { expect, test } from 'vitest';
import { requireEncoder } from './encoder-room.ts';
import type { RunningEncoder } from './encoder-room.ts';
import { findCpuSeconds } from './process-cpu.ts';

const FULL_HD = 2.07;
const unmeasured = (megapixels: number): RunningEncoder => ({
  megapixels,
  cpuSeconds: undefined,
  pictureSeconds: 0,
});
const measured = (cores: number): RunningEncoder => ({
  megapixels: FULL_HD,
  ...{ cpuSeconds: cores * 60, pictureSeconds: 60 },
});

test.each([
  ['one court goes on any machine', 1, [], FULL_HD, true],
  ['two of 1080p do not on two cores', 2, [unmeasured(FULL_HD)], FULL_HD, false],
  ['two of 720p do', 2, [unmeasured(0.92)], 0.92, true],
  ['three do not', 2, [unmeasured(0.92), unmeasured(0.92)], 0.92, false],
  ['four cores carry two of 1080p', 4, [unmeasured(FULL_HD)], FULL_HD, true],
  ['courts that take little leave room', 2, [measured(0.25)], FULL_HD, true],
  ['a court that takes much leaves none', 4, [measured(2.5)], FULL_HD, false],
  [
    'one that has not been seen yet counts like its neighbour',
    2,
    [measured(0.5), unmeasured(FULL_HD)],
    FULL_HD,
    true,
  ],
  ['or like the dearest of them', 4, [measured(1.1), measured(0.5), unmeasured(FULL_HD)], FULL_HD, false],
] as const)('%s', (_what, cores, running, megapixels, isAdmitted) => {
  const ask = (): void => requireEncoder({ cores, limit: undefined }, running, megapixels);
  if (isAdmitted) expect(ask).not.toThrow();
  else expect(ask).toThrow(expect.objectContaining({ kind: 'encoder_full', status: 503 }));
});

test('what somebody has set counts alone', () => {
  const ask = (count: number) => (): void =>
    requireEncoder({ cores: 1, limit: 2 }, Array<RunningEncoder>(count).fill(measured(8)), FULL_HD);
  expect(ask(1)).not.toThrow();
  expect(ask(2)).toThrow('found 2 running (set to carry 2)');
});

test('a new process has not been seen long enough', () => {
  const young = { megapixels: FULL_HD, cpuSeconds: 0.1, pictureSeconds: 1 };
  expect(() => requireEncoder({ cores: 2, limit: undefined }, [young], FULL_HD)).toThrow();
});

test('the processor time of a process is read from the system', () => {
  const untilMs = performance.now() + 60;
  while (performance.now() < untilMs);
  expect(findCpuSeconds(process.pid)).toBeGreaterThan(0);
  expect(findCpuSeconds(0x7fff_fffe)).toBeUndefined();
});
