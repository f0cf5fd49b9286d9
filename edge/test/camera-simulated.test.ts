/** The camera room against simulated courts, and FFmpeg with the list and the arguments that it plans. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../src/base/clock.ts';
import { silentLogger } from '../src/base/log.ts';
import { planInputArguments } from '../src/camera/ffmpeg-input.ts';
import { openFrameSource } from '../src/camera/frame-source.ts';
import { formatInputList } from '../src/camera/input-list.ts';
import { probeCamera } from '../src/camera/probe.ts';
import type { SimulatedCourt } from '../src/simulate/court.ts';
import type { Simulator } from '../src/simulate/simulator.ts';
import { SMALL_CLIP, startTestCourts } from './support/test-courts.ts';

let simulator: Simulator;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'padelvar-camera-'));
  simulator = await startTestCourts(
    [
      { kind: 'rtsp', user: 'ref', password: 'p@ss', authentication: ['digest'] },
      { kind: 'rtsp', user: 'ref', password: 'p@ss', authentication: ['basic'] },
      { kind: 'rtsp', parameterSetsInSdp: false },
      { kind: 'mjpeg', user: 'ref', password: 'p@ss' },
      { kind: 'still', user: 'ref', password: 'p@ss' },
    ],
    SMALL_CLIP,
  );
});
afterAll(async () => {
  await simulator.close();
  await rm(folder, { recursive: true });
});

function court(index: number): SimulatedCourt {
  const found = simulator.courts[index];
  if (found === undefined) throw new Error('expected a court');
  return found;
}

const probe = (index: number): ReturnType<typeof probeCamera> =>
  probeCamera(court(index).address, { clock: systemClock, timeoutMs: 15_000 });

test.each([
  [0, { kind: 'rtsp', codec: 'h264', hasParameterSets: true, hasAudio: false }],
  [1, { kind: 'rtsp', codec: 'h264', hasParameterSets: true, hasAudio: false }],
  [2, { kind: 'rtsp', codec: 'h264', hasParameterSets: false, hasAudio: false }],
  [3, { kind: 'mjpeg', codec: 'mjpeg' }],
  [4, { kind: 'still', codec: 'jpeg' }],
])('court %i is known for what it is', async (index, expected) => {
  expect(await probe(index)).toMatchObject(expected);
});

test.each([0, 3, 4])(
  'court %i with another password is unauthorized, switched off unreachable',
  async (index) => {
    await court(index).setFault({ fault: 'wrong-password' });
    await expect(probe(index)).rejects.toMatchObject({ kind: 'camera_unauthorized' });
    await court(index).setFault({ fault: 'refuse' });
    await expect(probe(index)).rejects.toMatchObject({ kind: 'camera_unreachable' });
    await court(index).setFault({ fault: 'none' });
    expect((await probe(index)).kind).toBe(court(index).kind);
  },
);

test.each([0, 1, 2])(
  'FFmpeg takes court %i from its list, and its arguments name no camera',
  async (index) => {
    const listPath = join(folder, `${index}.list`);
    const found = await probe(index);
    await writeFile(listPath, formatInputList(court(index).address, found), { mode: 0o600 });
    const input = planInputArguments({ listPath, probe: found });
    expect(input.join(' ')).not.toMatch(/rtsp:\/\/|p@ss|p%40ss/);
    const startedAtMs = performance.now();
    const ffmpeg = spawn('ffmpeg', [
      ...['-v', 'error', ...input, '-map', '0:v', '-c', 'copy', '-frames:v', '60'],
      ...['-f', 'framecrc', '-flush_packets', '1', 'pipe:1'],
    ]);
    let [output, firstMs] = ['', 0];
    ffmpeg.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (firstMs === 0 && /^0,/m.test(output)) firstMs = performance.now() - startedAtMs;
    });
    await once(ffmpeg, 'close');
    process.stdout.write(`court ${index}: first packet from FFmpeg after ${firstMs.toFixed(0)} ms\n`);
    expect(output.match(/^0,/gm)).toHaveLength(60);
  },
);

test.each([3, 4])('court %i gives frames over one connection, through a drop too', async (index) => {
  const { address, kind } = court(index);
  let frames = 0;
  let wake: (() => void) | undefined;
  const source = openFrameSource({
    address,
    kind: kind === 'still' ? 'still' : 'mjpeg',
    clock: systemClock,
    log: silentLogger,
    onFrame() {
      frames += 1;
      wake?.();
    },
  });
  const until = async (count: number): Promise<void> => {
    while (frames < count) await new Promise<void>((resolve) => (wake = resolve));
  };
  await until(10);
  expect(court(index).connections()).toBe(1);
  await court(index).setFault({ fault: 'drop' });
  await until(frames + 10);
  await source.close();
});
