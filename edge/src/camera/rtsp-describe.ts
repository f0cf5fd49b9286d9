/** Asks an RTSP camera for its description. Sets nothing up, so there is nothing to tear down. */
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { AppError } from '@padelvar/shared/errors';
import type { CameraTarget } from './address.ts';
import { createAuthorizer } from './auth.ts';
import { parseRtspReply, type RtspReply } from './rtsp-reply.ts';
import { explainSocketError, explainStatus } from './trouble.ts';

/** Challenge, answer, and one more where the nonce had grown stale. */
const MAX_ATTEMPTS = 3;

/** The SDP of a camera's DESCRIBE reply. Rejects with an AppError, or with the signal's reason. */
export async function describeRtsp(target: CameraTarget, signal: AbortSignal): Promise<string> {
  signal.throwIfAborted();
  const socket = openSocket(target);
  const onAbort = (): void => void socket.destroy(signal.reason as Error);
  signal.addEventListener('abort', onAbort);
  try {
    return await describe(socket, target);
  } catch (error) {
    signal.throwIfAborted();
    throw explainSocketError(target, error);
  } finally {
    signal.removeEventListener('abort', onAbort);
    socket.destroy();
  }
}

/** Some cameras bind the nonce to the connection, so all attempts share one. */
async function describe(socket: Socket, target: CameraTarget): Promise<string> {
  const authorizer = createAuthorizer(target.credentials);
  for (let sequence = 1; ; sequence += 1) {
    const authorization = authorizer.authorize({ method: 'DESCRIBE', uri: target.url });
    socket.write(formatDescribe(target, sequence, authorization));
    const reply = await readReply(socket, target);
    if (reply.status === 200) return reply.body;
    const challenges = reply.headers.get('www-authenticate') ?? [];
    if (reply.status !== 401 || sequence === MAX_ATTEMPTS || !authorizer.accept(challenges)) {
      throw explainStatus(target, { protocol: 'RTSP', ...reply });
    }
  }
}

/** Cameras sign their own certificates; like FFmpeg, which takes the stream, we encrypt without verifying. */
function openSocket({ scheme, host, port }: CameraTarget): Socket {
  if (scheme !== 'rtsps') return connectTcp({ host, port });
  const servername = isIP(host) === 0 ? { servername: host } : {};
  return connectTls({ host, port, rejectUnauthorized: false, ...servername });
}

function formatDescribe({ url }: CameraTarget, sequence: number, authorization: string | undefined): string {
  const lines = [
    `DESCRIBE ${url} RTSP/1.0`,
    `CSeq: ${sequence}`,
    'Accept: application/sdp',
    'User-Agent: PadelVar',
    ...(authorization === undefined ? [] : [`Authorization: ${authorization}`]),
  ];
  return `${lines.join('\r\n')}\r\n\r\n`;
}

function readReply(socket: Socket, target: CameraTarget): Promise<RtspReply> {
  const { promise, resolve, reject } = Promise.withResolvers<RtspReply>();
  let bytes = Buffer.alloc(0);
  const onData = (chunk: Buffer): void => {
    bytes = Buffer.concat([bytes, chunk]);
    try {
      const reply = parseRtspReply(bytes);
      if (reply !== undefined) resolve(reply);
    } catch (error) {
      reject(error);
    }
  };
  const onEnd = (): void => reject(formatClosed(target));
  socket.on('data', onData).on('error', reject).on('end', onEnd).on('close', onEnd);
  return promise.finally(() => {
    // One listener for errors stays: a late one must not end the daemon.
    socket.off('data', onData).off('end', onEnd).off('close', onEnd);
  });
}

function formatClosed({ name }: CameraTarget): AppError {
  return new AppError(
    'camera_unreachable',
    `Expected an RTSP answer at ${name}, found a connection that closes without one.`,
  );
}
