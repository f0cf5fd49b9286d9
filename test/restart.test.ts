/** Either side goes away in the middle of a match and comes back: one movie, every frame, nothing sent twice by hand. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  download,
  openSession,
  startRecording,
  statusOf,
  stopAndWait,
  waitForStatus,
} from '../scripts/system/match.ts';
import { tellFigures } from '../edge/test/support/figures.ts';
import { measureLateness } from '../edge/test/support/machine-lateness.ts';
import { WHOLE, countFrames, openLab } from './support/lab.ts';
import type { Lab } from './support/lab.ts';

let lab: Lab;

beforeAll(async () => {
  lab = await openLab([{ kind: 'rtsp' }, { kind: 'rtsp' }]);
});
afterAll(() => lab.close());

/** `RestartSec` of the unit. */
const RESTART_MS = 300;
/** From the kill until the next daemon has seen the match's bytes grow. */
const ADOPTED_MS = 2_000;
/** A part of 5 MiB fills in 11 s at 4 Mbit/s. */
const A_PART_MS = 40_000;

async function finish(courtId: string, sessionId: string): Promise<Awaited<ReturnType<typeof countFrames>>> {
  const player = await lab.system.login('PLAYER');
  await stopAndWait(player, sessionId);
  const path = join(lab.folder, `${courtId}.mp4`);
  await download(player, sessionId, path);
  return countFrames(path, lab.simulator.clip);
}

test('a daemon killed in the middle of a match loses no frame of an RTSP court', async () => {
  const player = await lab.system.login('PLAYER');
  const { sessionId } = await openSession(player, 'court1');
  await startRecording(player, sessionId);
  await waitForStatus(player, sessionId, ({ elapsedSeconds }) => elapsedSeconds > 3, 15_000);
  const lateness = await measureLateness();
  const killedMs = performance.now();
  await lab.system.killEdge();
  await sleep(RESTART_MS);
  await lab.system.startEdge();
  await lab.system.edgeSays(new RegExp(`${sessionId}.*"to":"recording"`), 15_000);
  const adoptedMs = performance.now() - killedMs;
  const allowanceMs = lateness.allowanceMs();
  await lateness.close();
  tellFigures('kill of the daemon', { adoptedMs: Math.round(adoptedMs), allowanceMs });
  expect(adoptedMs).toBeLessThan(ADOPTED_MS + allowanceMs);
  await waitForStatus(
    player,
    sessionId,
    ({ growing, elapsedSeconds }) => growing && elapsedSeconds > 9,
    15_000,
  );
  const found = await finish('court1', sessionId);
  expect(found).toMatchObject(WHOLE);
  expect(found.frames).toBeGreaterThanOrEqual(8 * 25);
});

test('a daemon that nothing would start again does not end where support asks for a restart', async () => {
  const { admin } = lab.system;
  const deviceId = (await admin.devices()).items[0]?.deviceId ?? '';
  await expect(admin.restartDevice(deviceId, {})).rejects.toMatchObject({ kind: 'conflict' });
  expect(await admin.diagnoseDevice(deviceId)).toMatchObject({ supervised: false });
});

test('a portal restarted while parts go up gets the rest of them and the movie', async () => {
  const player = await lab.system.login('PLAYER');
  const { sessionId } = await openSession(player, 'court2');
  await startRecording(player, sessionId);
  await waitForStatus(player, sessionId, ({ uploadedBytes }) => uploadedBytes > 0, A_PART_MS);
  await lab.system.restartPortal();
  const again = await lab.system.login('PLAYER');
  expect((await statusOf(again, sessionId)).sessionId).toBe(sessionId);
  await waitForStatus(again, sessionId, ({ deviceOnline }) => deviceOnline, 30_000);
  const found = await finish('court2', sessionId);
  expect(found).toMatchObject(WHOLE);
});

test('a video deleted while its device was away is gone from its disk when it is back', async () => {
  const player = await lab.system.login('PLAYER');
  const { sessionId } = await openSession(player, 'court1');
  await startRecording(player, sessionId);
  await stopAndWait(player, sessionId);
  const held = async (): Promise<string[]> =>
    (await readdir(join(lab.system.edgeDataDir, 'videos'), { recursive: true })).filter((path) =>
      path.includes(sessionId),
    );
  expect(await held()).toContainEqual(expect.stringMatching(/\.mp4$/));
  await lab.system.killEdge();
  await player.deleteVideo(sessionId);
  await lab.system.startEdge();
  await expect.poll(held, { timeout: 20_000 }).toEqual([]);
});
