/** One RTSP reply out of bytes (RFC 2326, section 7). Pure. */
import { AppError } from '@padelvar/shared/errors';
import { printable } from './trouble.ts';

export interface RtspReply {
  status: number;
  reason: string;
  /** By lower-case name, in order of appearance. */
  headers: Map<string, string[]>;
  body: string;
}

/** More than any camera's description; what is longer is not one. */
export const MAX_REPLY_BYTES = 64 * 1024;

/** Undefined while the reply is incomplete; AppError `camera_unreachable` where it cannot become one. */
export function parseRtspReply(bytes: Buffer): RtspReply | undefined {
  const text = bytes.toString('latin1');
  if (!'RTSP/'.startsWith(text.slice(0, 5))) {
    throw unexpected(`"${printable(text, 40)}"`);
  }
  const end = /\r?\n\r?\n/.exec(text);
  if (end === null) {
    waitForMore(bytes.length);
    return;
  }
  const [statusLine = '', ...lines] = text.slice(0, end.index).split(/\r?\n/);
  const [, status, reason = ''] = /^RTSP\/\d\.\d (\d{3}) ?(.*)$/.exec(statusLine) ?? [];
  if (status === undefined) throw unexpected(`"${printable(statusLine, 40)}"`);
  const headers = parseHeaders(lines);
  const bodyAt = end.index + end[0].length;
  const bodyEnd = bodyAt + parseLength(headers.get('content-length')?.[0]);
  if (bytes.length < bodyEnd) {
    waitForMore(bodyEnd);
    return;
  }
  return { status: Number(status), reason, headers, body: bytes.toString('utf8', bodyAt, bodyEnd) };
}

function parseHeaders(lines: readonly string[]): Map<string, string[]> {
  const headers = new Map<string, string[]>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon < 1) continue;
    const name = line.slice(0, colon).trim().toLowerCase();
    headers.set(name, [...(headers.get(name) ?? []), line.slice(colon + 1).trim()]);
  }
  return headers;
}

function parseLength(text = '0'): number {
  if (!/^\d{1,9}$/.test(text)) throw unexpected(`a length of "${printable(text, 20)}"`);
  return Number(text);
}

function waitForMore(byteLength: number): undefined {
  if (byteLength > MAX_REPLY_BYTES) throw unexpected(`more than ${MAX_REPLY_BYTES} bytes`);
  return undefined;
}

function unexpected(found: string): AppError {
  return new AppError('camera_unreachable', `Expected an RTSP answer from the camera, found ${found}.`);
}
