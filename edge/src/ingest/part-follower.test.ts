import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeBox } from '@padelvar/shared/mp4/boxes';
import { createManualClock } from '../../test/support/manual-clock.ts';
import { writeFragment, writeInit } from '../../test/support/synthetic-part.ts';
import { followPart } from './part-follower.ts';
import type { PartFollower } from './part-follower.ts';

const INIT = writeInit();
const FIRST = writeFragment({ decodeTicks: 0 });
const SECOND = writeFragment({ decodeTicks: 43_200 });
const clock = createManualClock();
let folder: string;
let path: string;
let follower: PartFollower | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'padelvar-follow-'));
  path = join(folder, 'part-1.mp4');
});
afterEach(async () => {
  await follower?.close();
  await rm(folder, { recursive: true, force: true });
});

async function follow(bytes: readonly Uint8Array[], trimmedTo = 0): Promise<PartFollower> {
  await writeFile(path, Buffer.concat(bytes));
  follower = await followPart(path, clock, { trimmedTo });
  await follower.poll();
  return follower;
}

const decodeTimes = ({ fragments }: PartFollower): (number | undefined)[] =>
  fragments.map(({ runs }) => runs[0]?.decodeTicks);

test('a fragment exists when its last byte is there, at whatever byte the file was cut', async () => {
  for (let cut = 0; cut < SECOND.byteLength; cut += 97) {
    expect(decodeTimes(await follow([INIT, FIRST, SECOND.subarray(0, cut)]))).toEqual([0]);
    await follower?.close();
  }
});

test('bytes count as growth once they were seen to be fewer', async () => {
  const part = await follow([INIT.subarray(0, 20)]);
  expect(part.grewAtMs).toBeUndefined();
  expect(part.init).toBeUndefined();
  await clock.advance(500);
  await appendFile(path, Buffer.concat([INIT.subarray(20), FIRST]));
  await part.poll();
  expect(part.grewAtMs).toBe(clock.monotonicMs());
  expect(decodeTimes(part)).toEqual([0]);
  await clock.advance(500);
  await part.poll();
  expect(part.grewAtMs).toBe(clock.monotonicMs() - 500);
});

test('a tail of zeros is no fragment', async () => {
  expect(decodeTimes(await follow([INIT, FIRST, new Uint8Array(300_000)]))).toEqual([0]);
});

test('a fragment whose inside a power cut left as zeros is stepped over', async () => {
  const damaged = Uint8Array.from(FIRST);
  damaged.fill(0, 8, 60);
  expect(decodeTimes(await follow([INIT, damaged, SECOND]))).toEqual([43_200]);
});

test('an absurd number of samples is damage, not a reason to ask for memory', async () => {
  const damaged = Buffer.from(FIRST);
  damaged.writeUInt32BE(0xfffffff0, damaged.indexOf('trun') + 8);
  expect(decodeTimes(await follow([INIT, damaged, SECOND]))).toEqual([43_200]);
});

test('other boxes are stepped over, and what was given up is not looked for', async () => {
  const bytes = [INIT, FIRST, writeBox('mfra', [1, 2, 3]), SECOND];
  expect(decodeTimes(await follow(bytes))).toEqual([0, 43_200]);
  await follower?.close();
  const zeroed = [INIT, new Uint8Array(FIRST.byteLength), SECOND];
  expect(decodeTimes(await follow(zeroed, INIT.byteLength + FIRST.byteLength))).toEqual([43_200]);
});

test('what is no MP4 is an error', async () => {
  await writeFile(path, Buffer.concat([writeBox('junk', [1]), INIT]));
  follower = await followPart(path, clock);
  await expect(follower.poll()).rejects.toThrow('expected ftyp first');
});
