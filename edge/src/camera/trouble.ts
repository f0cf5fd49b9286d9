/** What can be wrong with a camera, as errors a person can act on. No message carries a password. */
import { AppError } from '@padelvar/shared/errors';
import type { CameraTarget } from './address.ts';

/** Cameras lock a user out who keeps coming with a wrong password: so long they are left alone; milliseconds. */
export const DENIED_RETRY_MS = 10_000;

const SOCKET_TROUBLE: Record<string, string> = {
  ECONNREFUSED: 'nothing listening there',
  ENOTFOUND: 'no host of that name',
  EAI_AGAIN: 'no answer from the name service',
  EHOSTUNREACH: 'no way to that host',
  ENETUNREACH: 'no way to that network',
  ECONNRESET: 'a connection that was cut off',
  EPIPE: 'a connection that was cut off',
  ERR_STREAM_PREMATURE_CLOSE: 'a connection that was cut off',
  EPROTO: 'something that does not speak TLS',
};

/** A connection that failed below RTSP and HTTP. What is not one, a fault of ours, stays as it is. */
export function explainSocketError(target: CameraTarget, error: unknown): unknown {
  const code = (error as Partial<NodeJS.ErrnoException>).code;
  if (error instanceof AppError || code === undefined) return error;
  if (code === 'ETIMEDOUT') return formatTimeout(target);
  const found = SOCKET_TROUBLE[code] ?? describeCode(code);
  return new AppError('camera_unreachable', `Expected a camera at ${target.name}, found ${found}.`);
}

function describeCode(code: string): string {
  if (code.startsWith('HPE_')) return 'something that is not HTTP';
  return code.startsWith('ERR_SSL') ? 'something that does not speak TLS' : code;
}

export function formatTimeout(target: CameraTarget): AppError {
  return new AppError(
    'camera_timeout',
    `Expected an answer from the camera at ${target.name}, found silence.`,
  );
}

/** The status is not a success. `reason` is the camera's own words, trimmed to what can be shown. */
export function explainStatus(
  target: CameraTarget,
  { protocol, status, reason }: { protocol: 'RTSP' | 'HTTP'; status: number; reason: string },
): AppError {
  if (status === 401) return formatUnauthorized(target);
  if (status === 403) {
    return new AppError('camera_unauthorized', `The camera at ${target.name} forbids this address (403).`);
  }
  const found = `${protocol} ${status} ${printable(reason, 40)}`.trim();
  return new AppError('camera_unreachable', `Expected a stream at ${target.name}, found ${found}.`);
}

function formatUnauthorized({ name, credentials }: CameraTarget): AppError {
  return new AppError(
    'camera_unauthorized',
    credentials === undefined
      ? `The camera at ${name} expects a user name and a password, found none in its address.`
      : `The camera at ${name} does not accept this user name and password.`,
  );
}

/** What a stranger sent, cut to `most` characters that are safe to show. */
export function printable(text: string, most: number): string {
  return text
    .replace(/[^\x20-\x7e]+/g, ' ')
    .slice(0, most)
    .trim();
}
