import { AppError, type ErrorKind } from '@padelvar/shared/errors';
import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../src/base/clock.ts';
import { probeCamera } from '../src/camera/probe.ts';
import {
  fakeJpeg,
  formatPart,
  formatRtspReply,
  isBasicRight,
  isDigestRight,
  serveHttp,
  serveRtsp,
  type TestServer,
} from './camera-servers.ts';

const SDP = [
  'v=0',
  'o=- 0 0 IN IP4 127.0.0.1',
  's=Court',
  't=0 0',
  'm=video 0 RTP/AVP 96',
  'a=rtpmap:96 H264/90000',
  'a=fmtp:96 packetization-mode=1;sprop-parameter-sets=Z0IAKeKQFAe2,aM48gA==;profile-level-id=420029',
  'a=control:trackID=0',
  '',
].join('\r\n');

const servers: TestServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function start(server: Promise<TestServer>): Promise<TestServer> {
  const started = await server;
  servers.push(started);
  return started;
}

const probe = (address: string, timeoutMs = 15_000): ReturnType<typeof probeCamera> =>
  probeCamera(address, { clock: systemClock, timeoutMs });

async function refusal(address: string, timeoutMs?: number): Promise<{ kind: ErrorKind; message: string }> {
  const error: unknown = await probe(address, timeoutMs).catch((found: unknown) => found);
  expect(error).toBeInstanceOf(AppError);
  expect((error as AppError).message).not.toContain('c4nary');
  return error as AppError;
}

describe('an RTSP camera', () => {
  const describing = (body: string): Promise<TestServer> =>
    start(serveRtsp(() => formatRtspReply('200 OK', { body })));

  test('is known by its description', async () => {
    const { port } = await describing(SDP);
    expect(await probe(`rtsp://127.0.0.1:${port}/court`)).toEqual({
      kind: 'rtsp',
      codec: 'h264',
      hasParameterSets: true,
      hasAudio: false,
    });
  });

  test('without video is no camera', async () => {
    const { port } = await describing(SDP.replace('m=video', 'm=audio'));
    expect(await refusal(`rtsp://127.0.0.1:${port}/`)).toMatchObject({
      kind: 'camera_no_video',
      message: expect.stringContaining('sound alone') as string,
    });
  });

  test('with a codec that cannot be copied is refused by the codec’s name', async () => {
    const { port } = await describing(SDP.replace('H264/90000', 'VP8/90000'));
    expect(await refusal(`rtsp://127.0.0.1:${port}/`)).toMatchObject({
      kind: 'camera_unsupported_codec',
      message: expect.stringContaining('VP8') as string,
    });
  });

  const challenges = {
    Basic: 'WWW-Authenticate: Basic realm="court"\r\n',
    Digest: 'WWW-Authenticate: Digest realm="court", nonce="n1"\r\n',
    'Digest with qop': 'WWW-Authenticate: Digest realm="court", nonce="n1", qop="auth,auth-int"\r\n',
    'Basic and Digest':
      'WWW-Authenticate: Basic realm="court"\r\nWWW-Authenticate: Digest realm="court", nonce="n1", algorithm=MD5\r\n',
  };
  const guarded = (headers: string): Promise<TestServer> =>
    start(
      serveRtsp((request) => {
        const authorization = /^Authorization: (.*)$/m.exec(request)?.[1] ?? '';
        const isRight = authorization.startsWith('Basic')
          ? authorization === `Basic ${Buffer.from('ref:c4nary@#').toString('base64')}`
          : isDigestRight(authorization, 'DESCRIBE', 'ref', 'c4nary@#');
        return isRight
          ? formatRtspReply('200 OK', { body: SDP })
          : formatRtspReply('401 Unauthorized', { headers });
      }),
    );

  test.each(Object.entries(challenges))('lets the right password in by %s', async (_name, headers) => {
    const server = await guarded(headers);
    const found = await probe(`rtsp://ref:c4nary%40%23@127.0.0.1:${server.port}/court?channel=1`);
    expect(found.codec).toBe('h264');
    expect(server.connections()).toBe(1);
  });

  test.each(Object.entries(challenges))('refuses a wrong password by %s', async (_name, headers) => {
    const { port } = await guarded(headers);
    const { kind, message } = await refusal(`rtsp://ref:c4nary-wrong@127.0.0.1:${port}/court`);
    expect([kind, message]).toEqual(['camera_unauthorized', expect.stringContaining('does not accept')]);
  });

  test('asks for a password where the address has none', async () => {
    const { port } = await guarded(challenges.Digest);
    expect(await refusal(`rtsp://127.0.0.1:${port}/court`)).toMatchObject({
      kind: 'camera_unauthorized',
      message: expect.stringContaining('found none') as string,
    });
  });

  test('gets one more answer where its nonce had grown stale', async () => {
    let asked = 0;
    const { port } = await start(
      serveRtsp(() => {
        asked += 1;
        const headers = `WWW-Authenticate: Digest realm="r", nonce="n${asked}"${asked === 2 ? ', stale=true' : ''}\r\n`;
        return asked < 3
          ? formatRtspReply('401 Unauthorized', { headers })
          : formatRtspReply('200 OK', { body: SDP });
      }),
    );
    expect((await probe(`rtsp://a:b@127.0.0.1:${port}/`)).kind).toBe('rtsp');
  });

  test.each([
    [
      'a wrong path',
      formatRtspReply('404 Stream Not Found'),
      'camera_unreachable',
      'RTSP 404 Stream Not Found',
    ],
    ['a web server', 'HTTP/1.1 400 Bad Request\r\n\r\n', 'camera_unreachable', 'HTTP/1.1 400 Bad Request'],
    [
      'an endless answer',
      `RTSP/1.0 200 OK\r\nX: ${'x'.repeat(70_000)}`,
      'camera_unreachable',
      'more than 65536',
    ],
    [
      'a boastful length',
      'RTSP/1.0 200 OK\r\nContent-Length: 99999999\r\n\r\n',
      'camera_unreachable',
      'more than',
    ],
  ])('that turns out to be %s is told apart', async (_name, answer, kind, found) => {
    const { port } = await start(serveRtsp(() => answer));
    expect(await refusal(`rtsp://a:c4nary@127.0.0.1:${port}/x`)).toMatchObject({
      kind,
      message: expect.stringContaining(found) as string,
    });
  });

  test('that says nothing is timed out', async () => {
    const { port } = await start(serveRtsp(() => ''));
    expect((await refusal(`rtsp://127.0.0.1:${port}/`, 50)).kind).toBe('camera_timeout');
  });

  test('that is not there is unreachable', async () => {
    const gone = await serveRtsp(() => '');
    await gone.close();
    const { port } = gone;
    expect(await refusal(`rtsp://127.0.0.1:${port}/`)).toMatchObject({
      kind: 'camera_unreachable',
      message: expect.stringContaining('nothing listening') as string,
    });
    expect((await refusal(`rtsps://127.0.0.1:${port}/`)).kind).toBe('camera_unreachable');
  });

  test('that does not speak TLS is said so', async () => {
    const { port } = await start(serveRtsp(() => ''));
    servers.push(await serveHttp((_request, response) => response.end()));
    const http = servers.at(-1)?.port ?? port;
    expect((await refusal(`rtsps://127.0.0.1:${http}/`)).message).toContain('TLS');
  });
});

describe('an HTTP camera', () => {
  const jpeg = fakeJpeg('picture');

  test('that sends multipart is MJPEG once a whole frame is there', async () => {
    const { port } = await start(
      serveHttp((_request, response) => {
        response.setHeader('content-type', 'multipart/x-mixed-replace; boundary=frame');
        response.write(formatPart(jpeg));
      }),
    );
    expect(await probe(`http://127.0.0.1:${port}/video`)).toEqual({
      kind: 'mjpeg',
      codec: 'mjpeg',
      hasParameterSets: false,
      hasAudio: false,
    });
  });

  test('that promises multipart and sends no frame is timed out', async () => {
    const { port } = await start(
      serveHttp((_request, response) => {
        response.setHeader('content-type', 'multipart/x-mixed-replace; boundary=frame');
        response.write('--frame\r\n');
      }),
    );
    expect((await refusal(`http://127.0.0.1:${port}/`, 100)).kind).toBe('camera_timeout');
  });

  test('that sends one JPEG is a still camera', async () => {
    const { port } = await start(
      serveHttp((_request, response) => void response.setHeader('content-type', 'image/jpeg').end(jpeg)),
    );
    expect(await probe(`http://127.0.0.1:${port}/snapshot.jpg`)).toMatchObject({
      kind: 'still',
      codec: 'jpeg',
    });
  });

  test.each([
    ['a page', 'text/html; charset=utf-8', '<html>', 'text/html'],
    ['no type at all', undefined, 'x', 'no type'],
    ['half a JPEG', 'image/jpeg', jpeg.subarray(0, 6), '6 bytes'],
    ['a multipart of nothing', 'multipart/x-mixed-replace; boundary=b', '--b--', 'ends before the first'],
  ])('that shows %s has no video', async (_name, type, body, found) => {
    const { port } = await start(
      serveHttp((_request, response) => {
        if (type !== undefined) response.setHeader('content-type', type);
        response.end(body);
      }),
    );
    expect(await refusal(`http://ref:c4nary@127.0.0.1:${port}/`)).toMatchObject({
      kind: 'camera_no_video',
      message: expect.stringContaining(found) as string,
    });
  });

  test.each(['Basic realm="court"', 'Digest realm="court", nonce="n", qop="auth", opaque="o"'])(
    'tells a right password from a wrong one by %s',
    async (challenge) => {
      const { port } = await start(
        serveHttp((request, response) => {
          const digest = request.headers.authorization ?? '';
          if (isBasicRight(request, 'ref', 'c4nary') || isDigestRight(digest, 'GET', 'ref', 'c4nary')) {
            response.setHeader('content-type', 'image/jpeg').end(jpeg);
          } else response.writeHead(401, { 'www-authenticate': challenge }).end('no');
        }),
      );
      expect((await probe(`http://ref:c4nary@127.0.0.1:${port}/a?b=c`)).kind).toBe('still');
      expect((await refusal(`http://ref:c4nary2@127.0.0.1:${port}/a`)).kind).toBe('camera_unauthorized');
    },
  );

  test('takes a user name in any script', async () => {
    const { port } = await start(
      serveHttp((request, response) => {
        const digest = Buffer.from(request.headers.authorization ?? '', 'latin1').toString();
        if (isDigestRight(digest, 'GET', 'árbitro日', 'c4nary')) {
          response.setHeader('content-type', 'image/jpeg').end(jpeg);
        } else response.writeHead(401, { 'www-authenticate': 'Digest realm="court", nonce="n"' }).end();
      }),
    );
    expect((await probe(`http://árbitro日:c4nary@127.0.0.1:${port}/`)).kind).toBe('still');
  });

  test.each([
    [404, 'camera_unreachable'],
    [302, 'camera_unreachable'],
    [403, 'camera_unauthorized'],
  ])('that answers %i is refused without following it', async (status, kind) => {
    const server = await start(
      serveHttp((_request, response) => response.writeHead(status, { location: '/login' }).end()),
    );
    expect(await refusal(`http://ref:c4nary@127.0.0.1:${server.port}/`)).toMatchObject({
      kind,
      message: expect.stringContaining(String(status)) as string,
    });
    expect(server.connections()).toBe(1);
  });

  test('that does not speak HTTP is said so', async () => {
    const { port } = await start(serveRtsp(() => 'SSH-2.0-OpenSSH_9.2\r\n'));
    expect((await refusal(`http://127.0.0.1:${port}/`)).message).toContain('not HTTP');
  });
});

test('a probe ends with its caller’s signal', async () => {
  const { port } = await start(serveRtsp(() => ''));
  const caller = new AbortController();
  const probing = probeCamera(`rtsp://127.0.0.1:${port}/`, { clock: systemClock, signal: caller.signal });
  caller.abort(new Error('closing'));
  await expect(probing).rejects.toThrow('closing');
});

test.each([
  'file:///etc/passwd',
  'concat:a|b',
  'rtsp://',
  'ftp://host/',
  "rtsp://a'b/",
  'rtsp://a/\nfile x',
  '',
])('an address like %j is no camera’s', async (address) => {
  expect((await refusal(address)).kind).toBe('bad_request');
});
