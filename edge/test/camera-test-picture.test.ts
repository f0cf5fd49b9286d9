/** The picture that an administrator sees before a camera is saved, from simulated courts of every kind. */
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock as clock } from '../src/base/clock.ts';
import { takeTestPicture } from '../src/camera/test-picture.ts';
import type { Simulator } from '../src/simulate/simulator.ts';
import { SMALL_CLIP, startTestCourts, TEST_FFMPEG } from './support/test-courts.ts';

const LOCKED = { user: 'ref', password: 'canary-pass' };
let simulator: Simulator;
beforeAll(async () => {
  simulator = await startTestCourts(
    [
      { kind: 'rtsp', ...LOCKED },
      { kind: 'mjpeg', ...LOCKED },
      { kind: 'still', ...LOCKED },
    ],
    SMALL_CLIP,
  );
});
afterAll(() => simulator.close());

const take = (index: number) =>
  takeTestPicture(simulator.courts[index]?.address ?? '', { clock, ffmpegPath: TEST_FFMPEG });

/** Command lines of all processes on this machine. */
async function listArguments(): Promise<string> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  return lines.join('\n');
}

test.each([
  [0, 'rtsp', 'h264'],
  [1, 'mjpeg', 'mjpeg'],
  [2, 'still', 'jpeg'],
])('court %i, %s, shows one small picture', async (index, kind, codec) => {
  const test = await take(index);
  expect(test).toMatchObject({ kind, codec, hasAudio: false });
  const jpeg = Buffer.from(test.picture, 'base64');
  expect([...jpeg.subarray(0, 3)]).toEqual([0xff, 0xd8, 0xff]);
  expect(jpeg.length).toBeGreaterThan(2_000);
  expect(jpeg.length).toBeLessThan(150_000);
});

test('a camera that sends nothing until its next keyframe, seconds away, shows its picture', async () => {
  await simulator.courts[0]?.setFault({ fault: 'silence', seconds: 4 });
  expect(await take(0)).toMatchObject({ kind: 'rtsp', codec: 'h264' });
});

test('a password that is refused, and a camera that is not there, are told apart', async () => {
  await simulator.courts[0]?.setFault({ fault: 'wrong-password' });
  await expect(take(0)).rejects.toMatchObject({ kind: 'camera_unauthorized' });
  await simulator.courts[0]?.setFault({ fault: 'refuse' });
  await expect(take(0)).rejects.toMatchObject({ kind: 'camera_unreachable' });
  await simulator.courts[0]?.setFault({ fault: 'none' });
});

test('its password stands in no process list meanwhile', async () => {
  const taken = take(0).then(() => 'taken' as const);
  const seen: string[] = [];
  do seen.push(await listArguments());
  while ((await Promise.race([taken, setTimeout(10, 'waiting' as const)])) === 'waiting');
  expect(seen.join('\n')).not.toContain('canary-pass');
});
