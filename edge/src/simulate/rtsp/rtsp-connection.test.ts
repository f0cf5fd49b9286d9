import { once } from 'node:events';
import { createConnection, createServer, type AddressInfo, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { MAX_UNSENT_BYTES } from '../court-service.ts';
import { serveRtspConnection, type RtspConnection } from './rtsp-connection.ts';

const PAYLOADS = Array.from({ length: 72 }, () => [Buffer.alloc(1_400, 0x41)]);
const LIVE = { track: 0, payloads: PAYLOADS, timestamp: 0, wallClockMs: 0, sentAtMs: 0 };
const TRACK = { payloadType: 96, clockHz: 90_000, media: ['m=video 0 RTP/AVP 96'] };
const SETUP =
  'SETUP rtsp://a/trackID=0 RTSP/1.0\r\nCSeq: 1\r\nTransport: RTP/AVP/TCP;unicast;interleaved=2-3\r\n\r\n';

interface Pair {
  connection: RtspConnection;
  camera: Socket;
  client: Socket;
  ask: (request: string) => Promise<string>;
}

let closing: (() => void)[] = [];

afterEach(() => {
  for (const close of closing) close();
  closing = [];
});

async function connect(): Promise<Pair> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = createConnection((server.address() as AddressInfo).port, '127.0.0.1');
  const [camera] = (await once(server, 'connection')) as [Socket];
  closing.push(() => (client.destroy(), camera.destroy(), server.close()));
  const connection = serveRtspConnection(camera, {
    ...{ admits: () => true, challenges: () => [], tracks: [TRACK], nextTimestamp: () => 0 },
    ...{ nowMs: () => 0, firstReportMs: 0 },
  });
  const ask = async (request: string): Promise<string> => {
    client.write(request);
    return String((await once(client, 'data'))[0]);
  };
  return { connection, camera, client, ask };
}

describe('an RTSP connection', () => {
  it('sends nothing before PLAY, and PLAY needs SETUP', async () => {
    const { connection, ask } = await connect();
    expect(await ask('PLAY rtsp://a/ RTSP/1.0\r\nCSeq: 1\r\n\r\n')).toContain('RTSP/1.0 455');
    expect(await ask(SETUP)).toContain('interleaved=2-3');
    expect(connection.send(LIVE)).toBe(false);
    expect(await ask('PLAY rtsp://a/ RTSP/1.0\r\nCSeq: 2\r\n\r\n')).toMatch(
      /RTP-Info: url=rtsp:\/\/a\/trackID=0;seq=/,
    );
    expect(connection.send(LIVE)).toBe(true);
  });

  it.each([
    ['UDP', 'SETUP rtsp://a/ RTSP/1.0\r\nTransport: RTP/AVP;unicast;client_port=5000-5001\r\n\r\n', '461'],
    ['an unknown session', 'GET_PARAMETER rtsp://a/ RTSP/1.0\r\nSession: nobody\r\n\r\n', '454'],
    ['an unknown method', 'RECORD rtsp://a/ RTSP/1.0\r\n\r\n', '501'],
    ['what is no RTSP', 'hello\r\n\r\n', '400'],
  ])('refuses %s', async (_, request, status) => {
    const { ask } = await connect();
    expect(await ask(request)).toContain(`RTSP/1.0 ${status} `);
  });

  it('closes after TEARDOWN', async () => {
    const { client, ask } = await connect();
    const ended = once(client, 'end');
    expect(await ask('TEARDOWN rtsp://a/ RTSP/1.0\r\nCSeq: 4\r\n\r\n')).toContain('CSeq: 4');
    await ended;
  });

  it('drops a client that does not drain, with little more than the limit unsent', async () => {
    const { connection, camera, client, ask } = await connect();
    await ask(SETUP);
    await ask('PLAY rtsp://a/ RTSP/1.0\r\nCSeq: 2\r\n\r\n');
    client.pause();
    let most = 0;
    while (connection.send(LIVE)) {
      most = Math.max(most, camera.writableLength);
      await turn();
    }
    expect(camera.destroyed).toBe(true);
    expect(most).toBeLessThan(MAX_UNSENT_BYTES + 250_000);
  });
});
