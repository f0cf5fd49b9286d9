/** One client's RTSP connection: its requests answered, then the live stream interleaved (RFC 2326, 10.12). */
import type { Socket } from 'node:net';
import { createRtspReader, formatRtspAnswer, type RtspRequest } from './rtsp-message.ts';
import { createRtspSession, type LivePackets, type RtspSession } from './rtsp-session.ts';
import { formatSdp, type RtspTrack } from './sdp.ts';

export interface RtspHost {
  admits(method: string, authorization: string | undefined): boolean;
  challenges(): string[];
  /** As they are when the connection begins. */
  tracks: readonly RtspTrack[];
  /** Ticks of what comes next on that track, counted from the court's start. */
  nextTimestamp(track: number): number;
  /** Monotonic milliseconds. */
  nowMs(): number;
  /** How long after PLAY the first sender reports come; infinite for never. */
  firstReportMs: number;
  /** A request was answered. */
  onAnswer?: (method: string, status: number) => void;
}

export interface RtspConnection {
  /** Whether this client plays and was sent it. */
  send(live: LivePackets): boolean;
}

interface Answer {
  status: number;
  headers?: Record<string, string | string[]>;
  body?: string;
}

const METHODS = 'OPTIONS, DESCRIBE, SETUP, PLAY, GET_PARAMETER, SET_PARAMETER, TEARDOWN';

export function serveRtspConnection(socket: Socket, host: RtspHost): RtspConnection {
  const session = createRtspSession(host.tracks, host.firstReportMs);
  const reader = createRtspReader();
  socket.on('data', (chunk: Buffer) => {
    try {
      for (const request of reader.read(chunk)) reply(socket, host, session, request);
    } catch {
      socket.end(formatRtspAnswer(400, undefined));
    }
  });
  return { send: (live) => session.send(socket, live) };
}

function reply(socket: Socket, host: RtspHost, session: RtspSession, request: RtspRequest): void {
  const { status, headers, body } = answer(host, session, request);
  host.onAnswer?.(request.method, status);
  socket.write(formatRtspAnswer(status, request.headers['cseq'], headers, body));
  if (request.method === 'TEARDOWN' && status === 200) socket.end();
}

function answer(host: RtspHost, session: RtspSession, request: RtspRequest): Answer {
  const { method, url, headers } = request;
  if (method === 'OPTIONS') return { status: 200, headers: { Public: METHODS } };
  if (!host.admits(method, headers['authorization'])) {
    return { status: 401, headers: { 'WWW-Authenticate': host.challenges() } };
  }
  if (method === 'DESCRIBE') return describe(host, url);
  if (method === 'SETUP') return setUp(session, url, headers['transport'] ?? '');
  const sessionId = headers['session']?.split(';')[0]?.trim();
  if (sessionId !== undefined && sessionId !== session.id) return { status: 454 };
  switch (method) {
    case 'PLAY':
      return play(host, session, url);
    case 'GET_PARAMETER':
    case 'SET_PARAMETER':
      return { status: 200, headers: { Session: session.id } };
    case 'TEARDOWN':
      session.stop();
      return { status: 200, headers: { Session: session.id } };
    default:
      return { status: 501, headers: { Public: METHODS } };
  }
}

function describe({ tracks }: RtspHost, url: string): Answer {
  const base = url.endsWith('/') ? url : `${url}/`;
  return {
    status: 200,
    headers: { 'Content-Base': base, 'Content-Type': 'application/sdp' },
    body: formatSdp(tracks),
  };
}

/** A URL without a track means the first. */
function setUp(session: RtspSession, url: string, offered: string): Answer {
  const transport = session.setUp(Number(/trackID=(\d)/.exec(url)?.[1] ?? 0), offered);
  if (transport === undefined) return { status: 461 };
  return { status: 200, headers: { Transport: transport, Session: `${session.id};timeout=60` } };
}

function play(host: RtspHost, session: RtspSession, url: string): Answer {
  if (!session.isReady) return { status: 455 };
  const info = session.play(url, (track) => host.nextTimestamp(track), host.nowMs());
  return {
    status: 200,
    headers: { Session: session.id, Range: 'npt=now-', 'RTP-Info': info },
  };
}
