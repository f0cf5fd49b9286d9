/** RTSP messages on a TCP connection (RFC 2326): requests cut out of the byte stream, and answers. Pure. */

export interface RtspRequest {
  method: string;
  url: string;
  /** Names in lower case. */
  headers: Record<string, string>;
}

export interface RtspReader {
  /** Requests that are whole by now; throws on what is no RTSP. */
  read(chunk: Buffer): RtspRequest[];
}

const MAX_REQUEST_BYTES = 16_384;
const INTERLEAVED_MARK = 0x24;

/** Skips interleaved packets (the client's receiver reports) between requests. */
export function createRtspReader(): RtspReader {
  let rest: Buffer = Buffer.alloc(0);
  return {
    read(chunk) {
      rest = Buffer.concat([rest, chunk]);
      const requests: RtspRequest[] = [];
      for (;;) {
        const next = takeNext(rest);
        if (next === undefined) break;
        rest = rest.subarray(next.bytes);
        if (next.request !== undefined) requests.push(next.request);
      }
      if (rest.length > MAX_REQUEST_BYTES + 65_540) throw new Error('the request is too long');
      return requests;
    },
  };
}

function takeNext(bytes: Buffer): { bytes: number; request?: RtspRequest } | undefined {
  if (bytes[0] === INTERLEAVED_MARK) {
    const length = bytes.length < 4 ? Number.POSITIVE_INFINITY : 4 + bytes.readUInt16BE(2);
    return bytes.length < length ? undefined : { bytes: length };
  }
  const end = bytes.indexOf('\r\n\r\n');
  if (end === -1) {
    if (bytes.length > MAX_REQUEST_BYTES) throw new Error('the request is too long');
    return undefined;
  }
  const request = parseRequest(bytes.toString('latin1', 0, end));
  const length = end + 4 + Number(request.headers['content-length'] ?? 0);
  if (!(length <= MAX_REQUEST_BYTES)) throw new Error('the request is too long');
  return bytes.length < length ? undefined : { bytes: length, request };
}

function parseRequest(text: string): RtspRequest {
  const [line = '', ...fields] = text.replace(/^(\r\n)+/, '').split('\r\n');
  const match = /^([A-Z_]+) (\S+) RTSP\/1\.\d$/.exec(line);
  if (match === null) throw new Error('expected an RTSP/1.0 request');
  const headers: Record<string, string> = {};
  for (const field of fields) {
    const colon = field.indexOf(':');
    if (colon > 0) headers[field.slice(0, colon).trim().toLowerCase()] = field.slice(colon + 1).trim();
  }
  return { method: match[1] ?? '', url: match[2] ?? '', headers };
}

const REASONS: Record<number, string> = {
  200: 'OK',
  400: 'Bad Request',
  401: 'Unauthorized',
  404: 'Not Found',
  454: 'Session Not Found',
  455: 'Method Not Valid in This State',
  461: 'Unsupported Transport',
  501: 'Not Implemented',
};

/** A header given as a list is written once per entry. */
export function formatRtspAnswer(
  status: number,
  cseq: string | undefined,
  headers: Record<string, string | string[]> = {},
  body = '',
): string {
  const fields = Object.entries({ CSeq: cseq ?? '0', Server: 'PadelVar simulated court', ...headers });
  if (body !== '') fields.push(['Content-Length', String(Buffer.byteLength(body))]);
  const lines = fields.flatMap(([name, value]) => [value].flat().map((one) => `${name}: ${one}`));
  return [`RTSP/1.0 ${String(status)} ${REASONS[status] ?? 'Error'}`, ...lines, '', body].join('\r\n');
}
