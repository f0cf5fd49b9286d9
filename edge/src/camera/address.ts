/** A camera address taken apart: where to connect, as whom, and a name for it that is safe to show. */
import { AppError } from '@padelvar/shared/errors';
import type { CAMERA_SCHEMES } from '@padelvar/shared/camera';
import { CameraAddress } from '@padelvar/shared/camera';
import type { Credentials } from './auth.ts';

export type CameraScheme = (typeof CAMERA_SCHEMES)[number];

export interface CameraTarget {
  scheme: CameraScheme;
  /** Without the brackets of an IPv6 address. */
  host: string;
  port: number;
  /** Path and query, as they stand in a request line. */
  path: string;
  /** The whole address without credentials and fragment, as RTSP asks for in its request line. */
  url: string;
  credentials: Credentials | undefined;
  /** `host:port`, for messages. */
  name: string;
}

const DEFAULT_PORTS: Record<CameraScheme, number> = { rtsp: 554, rtsps: 322, http: 80, https: 443 };

/** Throws AppError `bad_request` on anything that is not a camera address; the message never repeats it. */
export function parseCameraAddress(address: string): CameraTarget {
  const parsed = CameraAddress.safeParse(address);
  if (!parsed.success) {
    const expected = parsed.error.issues[0]?.message ?? 'expected a camera address';
    throw new AppError('bad_request', `The camera's address is wrong: ${expected}.`, { field: 'address' });
  }
  const url = new URL(address);
  const scheme = url.protocol.slice(0, -1) as CameraScheme;
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const port = url.port === '' ? DEFAULT_PORTS[scheme] : Number(url.port);
  const path = `${url.pathname === '' ? '/' : url.pathname}${url.search}`;
  const authority = url.port === '' ? url.hostname : `${url.hostname}:${url.port}`;
  return {
    scheme,
    host,
    port,
    path,
    url: `${scheme}://${authority}${path}`,
    credentials: findCredentials(url),
    name: `${url.hostname}:${port}`,
  };
}

function findCredentials(url: URL): Credentials | undefined {
  if (url.username === '' && url.password === '') return undefined;
  return { username: decodePercent(url.username), password: decodePercent(url.password) };
}

/** A stray `%` in a password stands for itself. */
function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
