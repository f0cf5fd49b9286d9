/** The whole match with a camera that is not ours: Debian's GStreamer RTSP server. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isLongRun } from '../edge/test/support/figures.ts';
import { startGstCourt } from '../edge/test/support/gst-court.ts';
import { startTestCourts } from '../edge/test/support/test-courts.ts';
import { playMatch } from '../scripts/system/match.ts';
import { startSystem } from '../scripts/system/system.ts';
import { WHOLE, countFrames } from './support/lab.ts';

const SECONDS = isLongRun ? 12 : 5;

test('a match filmed by a foreign RTSP server is one movie with every frame', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'padelvar-foreign-'));
  const simulator = await startTestCourts([]);
  const { clip } = simulator;
  await simulator.close();
  const camera = await startGstCourt({ clipPath: join(clip.folder, 'full.h264') });
  const system = await startSystem({
    folder: join(folder, 'system'),
    cameras: [{ courtId: 'court1', name: 'Court 1', address: camera.address }],
  });
  try {
    const path = join(folder, 'match.mp4');
    await playMatch(await system.login('PLAYER'), 'court1', SECONDS, path);
    const found = await countFrames(path, clip);
    expect(found).toMatchObject(WHOLE);
    expect(found.frames).toBeGreaterThanOrEqual(SECONDS * 25);
  } finally {
    await system.stop();
    await camera.close();
    await rm(folder, { recursive: true, force: true });
  }
});
