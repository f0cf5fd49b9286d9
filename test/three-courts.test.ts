/** Three RTSP courts at once: for a minute in the long run. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isLongRun } from '../edge/test/support/figures.ts';
import { playMatch } from '../scripts/system/match.ts';
import { WHOLE, countFrames, openLab } from './support/lab.ts';
import type { Lab } from './support/lab.ts';

const SECONDS = isLongRun ? 60 : 10;
let lab: Lab;

beforeAll(async () => {
  lab = await openLab([{ kind: 'rtsp' }, { kind: 'rtsp' }, { kind: 'rtsp' }]);
});
afterAll(() => lab.close());

test(`three RTSP courts recorded at once for ${String(SECONDS)} s miss no frame`, async () => {
  const player = await lab.system.login('PLAYER');
  const courts = ['court1', 'court2', 'court3'];
  const matches = await Promise.all(
    courts.map((courtId) => playMatch(player, courtId, SECONDS, join(lab.folder, `${courtId}.mp4`))),
  );
  expect(matches).toHaveLength(3);
  for (const courtId of courts) {
    const found = await countFrames(join(lab.folder, `${courtId}.mp4`), lab.simulator.clip);
    expect(found).toMatchObject(WHOLE);
    expect(found.frames).toBeGreaterThanOrEqual(SECONDS * 25);
  }
});
