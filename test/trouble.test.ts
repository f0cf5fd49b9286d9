/** Bad input and trouble, through the whole system: a clear answer each, and nothing lost. */
import { connect } from 'node:net';
import { once } from 'node:events';
import { request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { logIn } from '../scripts/system/api-client.ts';
import type { ApiClient } from '../scripts/system/api-client.ts';
import { openSession, startRecording, statusOf, stopAndWait } from '../scripts/system/match.ts';
import { poll } from '../scripts/system/processes.ts';
import { openLab } from './support/lab.ts';
import type { Lab } from './support/lab.ts';

let lab: Lab;
let player: ApiClient;
let stranger: ApiClient;

beforeAll(async () => {
  lab = await openLab([{ kind: 'rtsp' }, { kind: 'rtsp', user: 'court', password: 'right' }]);
  player = await lab.system.login('PLAYER');
  const [email, password] = ['other@padelvar.example', 'another-password'];
  await lab.system.admin.createUser({
    email,
    password,
    name: 'Other',
    role: 'PLAYER',
    clubIds: [lab.system.clubId],
  });
  stranger = await logIn(lab.system.origin, email, password);
});
afterAll(() => lab.close());

async function problemOf(
  answer: Promise<unknown>,
): Promise<{ status: number; kind: string; message: string }> {
  return answer.then(
    () => {
      throw new Error('expected a refusal');
    },
    (error: unknown) => {
      const { status, kind, message } = error as { status: number; kind: string; message: string };
      return { status, kind, message };
    },
  );
}

test('a busy court, double taps and strangers get a clear answer each, and the match is not disturbed', async () => {
  const { sessionId } = await openSession(player, 'court1');
  expect((await openSession(player, 'court1')).sessionId).toBe(sessionId);
  const busy = await problemOf(stranger.createSession('court1'));
  expect(busy).toMatchObject({ status: 409, kind: 'court_busy' });

  await Promise.all([startRecording(player, sessionId), startRecording(player, sessionId)]);
  expect(await problemOf(stranger.stopRecording(sessionId))).toMatchObject({
    status: 403,
  });
  expect(await problemOf(stranger.closeSession(sessionId))).toMatchObject({
    status: 403,
  });
  expect(await problemOf(stranger.getRecordingStatus(sessionId))).toMatchObject({
    status: 403,
  });
  expect(await statusOf(player, sessionId)).toMatchObject({ state: 'recording', active: true });

  const list = await player.listSessions();
  expect(list.items.filter(({ courtId }) => courtId === 'court1')).toHaveLength(1);
  await Promise.all([stopAndWait(player, sessionId), stopAndWait(player, sessionId)]);
  expect(await statusOf(player, sessionId)).toMatchObject({
    state: 'complete',
    movie: 'ready',
    reason: 'player',
  });
});

test.each([0, -1, 10_000, 'abc', 1.5])(
  'a duration of %s is refused with the field and what was expected',
  async (durationMinutes) => {
    const answer = await problemOf(
      player.startRecording('sess_demo_court1_1795000000', durationMinutes as number),
    );
    expect(answer).toMatchObject({ status: 400, kind: 'bad_request' });
    expect(answer.message).toContain('durationMinutes');
  },
);

test('courts and clubs that do not exist are not found', async () => {
  expect(await problemOf(player.createSession('nowhere'))).toMatchObject({ status: 404 });
  expect(await problemOf(player.listVideos({ clubId: 'nowhere' }))).toMatchObject({
    status: 404,
  });
});

test.each([
  'ftp://127.0.0.1/a',
  'file:///etc/passwd',
  'concat:a|b',
  "rtsp://h/a'\nfile b",
  'rtsp://h/ -i x',
  'javascript:1',
])('the camera address %j is refused', async (cameraAddress) => {
  const answer = await problemOf(lab.system.admin.updateCourt('court1', { cameraAddress }));
  expect(answer).toMatchObject({ status: 400, kind: 'bad_request' });
  expect(answer.message).toContain('cameraAddress');
});

test('a camera that does not accept its password says so, and the court is free again', async () => {
  const address = lab.court(1).address.replace('right', 'wrong');
  await lab.system.admin.updateCourt('court2', { cameraAddress: address });
  const refused = await problemOf(player.createSession('court2'));
  expect(refused).toMatchObject({ status: 422, kind: 'camera_unauthorized' });
  expect(refused.message).not.toContain('wrong');
  await lab.system.admin.updateCourt('court2', { cameraAddress: lab.court(1).address });
  const { sessionId } = await openSession(player, 'court2');
  await player.closeSession(sessionId);
});

test('a forged Host changes no answer and no link', async () => {
  const { hostname, port } = new URL(lab.system.origin);
  const ask = request({ hostname, port, path: '/login', headers: { host: 'evil.example' } }).end();
  const [answer] = (await once(ask, 'response')) as [
    NodeJS.ReadableStream & { headers: Record<string, string | undefined> },
  ];
  let body = '';
  for await (const chunk of answer) body += String(chunk);
  expect(body).not.toContain('evil.example');
  expect(JSON.stringify(answer.headers)).not.toContain('evil.example');
});

test('a stranger on the broker is refused', async () => {
  const socket = connect(lab.system.mqttPort, '127.0.0.1');
  await once(socket, 'connect');
  const text = (value: string): Buffer => Buffer.concat([Buffer.from([0, value.length]), Buffer.from(value)]);
  const body = Buffer.concat([
    text('MQTT'),
    Buffer.from([4, 0xc2, 0, 30]),
    text('dev_aaaaaaaa'),
    text('dev_aaaaaaaa'),
    text('no token'),
  ]);
  socket.write(Buffer.concat([Buffer.from([0x10, body.length]), body]));
  const [answer] = (await once(socket, 'data')) as [Buffer];
  expect([...answer.subarray(0, 2)]).toEqual([0x20, 2]);
  expect(answer[3]).not.toBe(0);
  socket.destroy();
});

test('a device that is offline is told at once', async () => {
  await lab.system.killEdge();
  await poll(10_000, async () => {
    const { items } = await lab.system.admin.devices();
    return items.every(({ online }) => !online) ? true : undefined;
  });
  const beganMs = performance.now();
  const answer = await problemOf(player.createSession('court1'));
  expect(answer).toMatchObject({ status: 409, kind: 'device_offline' });
  // A device that is there is waited for for eight seconds.
  expect(performance.now() - beganMs).toBeLessThan(5_000);
});
