/** Support looks after a club's device from afar: reads its logs, asks how it is, starts it anew. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  download,
  openSession,
  startRecording,
  stopAndWait,
  waitForStatus,
} from '../scripts/system/match.ts';
import { poll } from '../scripts/system/processes.ts';
import type { ApiClient } from '../scripts/system/api-client.ts';
import { WHOLE, countFrames, openLab } from './support/lab.ts';
import type { Lab } from './support/lab.ts';

const CANARY = 'Kan4rienv0gel88';

let lab: Lab;
let support: ApiClient;
let deviceId: string;

beforeAll(async () => {
  lab = await openLab(
    [{ kind: 'rtsp', user: 'court', password: CANARY }, { kind: 'mjpeg' }],
    {},
    { PADELVAR_SUPERVISED: 'yes' },
  );
  support = await lab.system.login('SUPPORT');
  deviceId = (await support.devices()).items[0]?.deviceId ?? '';
});
afterAll(() => lab.close());

/** As systemd does it once the daemon has ended; answers the code with which it did. */
async function startAnew(): Promise<number | null> {
  const code = await lab.system.edgeEnded();
  await lab.system.startEdge();
  const isBack = await poll(20_000, async () => (await support.device(deviceId)).online || undefined);
  expect(isBack).toBe(true);
  return code;
}

test('a restart in the middle of an RTSP match costs no frame', async () => {
  const player = await lab.system.login('PLAYER');
  const { sessionId } = await openSession(player, 'court1');
  await startRecording(player, sessionId);
  await waitForStatus(player, sessionId, ({ elapsedSeconds }) => elapsedSeconds >= 3, 15_000);
  const before = await support.diagnoseDevice(deviceId);
  expect(before).toMatchObject({ supervised: true, build: '0.1.0', uploads: { waiting: 0 } });
  expect(before.courts).toContainEqual({
    courtId: 'court1',
    state: 'ok',
    session: { sessionId, state: 'recording', cameraKind: 'rtsp', growing: true, gaps: 0 },
  });
  expect(Math.abs(before.clockOffsetMs ?? Infinity)).toBeLessThan(1_000);

  const ended = startAnew();
  expect(await support.restartDevice(deviceId, {})).toEqual({ begun: true, interrupts: [] });
  expect(await ended).toBe(0);
  await waitForStatus(
    player,
    sessionId,
    ({ growing, elapsedSeconds }) => growing && elapsedSeconds >= 6,
    20_000,
  );
  await stopAndWait(player, sessionId);
  const path = join(lab.folder, 'restarted.mp4');
  await download(player, sessionId, path);
  const found = await countFrames(path, lab.simulator.clip);
  expect(found).toMatchObject(WHOLE);
  expect(found.frames).toBeGreaterThanOrEqual(6 * 25);
});

test('a restart that would cost an MJPEG match some seconds waits until that is agreed to', async () => {
  const player = await lab.system.login('PLAYER');
  const { sessionId } = await openSession(player, 'court2');
  await startRecording(player, sessionId);
  await waitForStatus(player, sessionId, ({ growing }) => growing, 15_000);
  expect(await support.restartDevice(deviceId, {})).toEqual({ begun: false, interrupts: ['court2'] });
  const ended = startAnew();
  expect(await support.restartDevice(deviceId, { acceptGap: true })).toEqual({
    begun: true,
    interrupts: ['court2'],
  });
  expect(await ended).toBe(0);
  await waitForStatus(player, sessionId, ({ growing }) => growing, 30_000);
  await stopAndWait(player, sessionId);
  const { gaps } = await player.getRecordingStatus(sessionId);
  expect(gaps.length).toBeGreaterThan(0);
});

test('the logs say what the camera does, and neither where it is nor how it is entered', async () => {
  const player = await lab.system.login('PLAYER');
  const { sessionId } = await openSession(player, 'court1');
  await startRecording(player, sessionId);
  // FFmpeg prints the address on a failed connection.
  await lab.court(0).setFault({ fault: 'reboot', seconds: 1 });
  await lab.court(0).setFault({ fault: 'wrong-password', seconds: 3 });
  const refused = await poll(20_000, async () => {
    const { ffmpeg } = await support.deviceLogs(deviceId, { of: 'court1' });
    return ffmpeg?.lines.some((line) => line.includes('401 Unauthorized')) === true ? ffmpeg : undefined;
  });
  expect(refused?.name).toBe(sessionId);
  const { daemon, ffmpeg } = await support.deviceLogs(deviceId, { lines: 500, of: sessionId });
  expect(daemon.join('\n')).toContain('"msg":"edge started"');
  const all = [...daemon, ...(ffmpeg?.lines ?? [])].join('\n');
  expect(all).not.toContain(CANARY);
  expect(all).not.toContain(Buffer.from(`court:${CANARY}`).toString('base64'));
  expect(all).not.toContain(new URL(lab.court(0).address).host);
  expect(all).not.toMatch(/eyJ[\w-]+\./);
  expect((await support.deviceLogs(deviceId, { lines: 3 })).daemon).toHaveLength(3);
  await expect(support.deviceLogs(deviceId, { of: 'court9' })).rejects.toMatchObject({ kind: 'not_found' });
  await stopAndWait(player, sessionId);
});
