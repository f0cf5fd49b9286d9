/** One client's RTSP connection: its requests answered, then the live stream interleaved (RFC 2326, 10.12). */
import { randomBytes, randomInt } from 'node:crypto';
import type { Socket } from 'node:net';
import type { AccessUnit } from '../clip/access-units.ts';
import { MAX_UNSENT_BYTES } from '../court-service.ts';
import { formatRtpFrame, formatSenderReport, type RtpStream } from './rtp-h264.ts';
import { createRtspReader, formatRtspAnswer, type RtspRequest } from './rtsp-message.ts';

export interface RtspHost {
  admits(method: string, authorization: string | undefined): boolean;
  challenges(): string[];
  /** The SDP. */
  describe(): string;
  /** 90 kHz time of the frame that comes next, counted from the court's start. */
  nextTimestamp(): number;
}

export interface LiveUnit {
  unit: AccessUnit;
  /** 90 kHz, counted from the court's start. */
  timestamp: number;
  wallClockMs: number;
}

export interface RtspConnection {
  /** Whether this client plays and the frame was sent to it. */
  send(live: LiveUnit): boolean;
}

interface State {
  sessionId: string;
  stream: RtpStream;
  /** RTP time of the court's start for this client: random, as RFC 3550 wants it. */
  timestampBase: number;
  /** Interleaved channels of RTP and RTCP, once set up. */
  channels: { rtp: number; rtcp: number } | undefined;
  isPlaying: boolean;
  /** Wall clock, milliseconds. */
  reportedAtMs: number;
}

interface Answer {
  status: number;
  headers?: Record<string, string | string[]>;
  body?: string;
}

const METHODS = 'OPTIONS, DESCRIBE, SETUP, PLAY, GET_PARAMETER, SET_PARAMETER, TEARDOWN';
const REPORT_INTERVAL_MS = 5_000;

export function serveRtspConnection(socket: Socket, host: RtspHost): RtspConnection {
  const state = createState();
  const reader = createRtspReader();
  socket.on('data', (chunk: Buffer) => {
    try {
      for (const request of reader.read(chunk)) reply(socket, host, state, request);
    } catch {
      socket.end(formatRtspAnswer(400, undefined));
    }
  });
  return { send: (live) => sendLive(socket, state, live) };
}

function createState(): State {
  return {
    sessionId: randomBytes(4).toString('hex').toUpperCase(),
    stream: { ssrc: randomInt(2 ** 32), sequence: randomInt(2 ** 16), packets: 0, octets: 0 },
    timestampBase: randomInt(2 ** 32),
    channels: undefined,
    isPlaying: false,
    reportedAtMs: Number.NEGATIVE_INFINITY,
  };
}

function reply(socket: Socket, host: RtspHost, state: State, request: RtspRequest): void {
  const { status, headers, body } = answer(host, state, request);
  socket.write(formatRtspAnswer(status, request.headers['cseq'], headers, body));
  if (request.method === 'TEARDOWN' && status === 200) socket.end();
}

function answer(host: RtspHost, state: State, request: RtspRequest): Answer {
  const { method, url, headers } = request;
  if (method === 'OPTIONS') return { status: 200, headers: { Public: METHODS } };
  if (!host.admits(method, headers['authorization'])) {
    return { status: 401, headers: { 'WWW-Authenticate': host.challenges() } };
  }
  if (method === 'DESCRIBE') {
    const base = url.endsWith('/') ? url : `${url}/`;
    return {
      status: 200,
      headers: { 'Content-Base': base, 'Content-Type': 'application/sdp' },
      body: host.describe(),
    };
  }
  if (method === 'SETUP') return setUp(state, headers['transport'] ?? '');
  const sessionId = headers['session']?.split(';')[0]?.trim();
  if (sessionId !== undefined && sessionId !== state.sessionId) return { status: 454 };
  switch (method) {
    case 'PLAY':
      return play(host, state, url);
    case 'GET_PARAMETER':
    case 'SET_PARAMETER':
      return { status: 200, headers: { Session: state.sessionId } };
    case 'TEARDOWN':
      state.isPlaying = false;
      return { status: 200, headers: { Session: state.sessionId } };
    default:
      return { status: 501, headers: { Public: METHODS } };
  }
}

/** Interleaved TCP only; a client that asks for UDP is told so and asks again. */
function setUp(state: State, transport: string): Answer {
  const offer = transport.split(',').find((one) => /RTP\/AVP\/TCP/i.test(one));
  if (offer === undefined) return { status: 461 };
  const [, rtp, rtcp] = /interleaved=(\d{1,3})-(\d{1,3})/i.exec(offer) ?? [];
  const channels = { rtp: Number(rtp ?? 0), rtcp: Number(rtcp ?? 1) };
  if (channels.rtp > 255 || channels.rtcp > 255) return { status: 461 };
  state.channels = channels;
  const ssrc = state.stream.ssrc.toString(16).padStart(8, '0').toUpperCase();
  const interleaved = `${String(channels.rtp)}-${String(channels.rtcp)}`;
  return {
    status: 200,
    headers: {
      Transport: `RTP/AVP/TCP;unicast;interleaved=${interleaved};ssrc=${ssrc};mode="PLAY"`,
      Session: `${state.sessionId};timeout=60`,
    },
  };
}

function play(host: RtspHost, state: State, url: string): Answer {
  if (state.channels === undefined) return { status: 455 };
  state.isPlaying = true;
  const info = `seq=${String(state.stream.sequence)};rtptime=${String(toRtpTime(state, host.nextTimestamp()))}`;
  const track = `${url.replace(/\/$/, '').replace(/\/trackID=0$/, '')}/trackID=0`;
  return {
    status: 200,
    headers: { Session: state.sessionId, Range: 'npt=now-', 'RTP-Info': `url=${track};${info}` },
  };
}

/** A client that does not drain is dropped, not buffered without bound. */
function sendLive(socket: Socket, state: State, live: LiveUnit): boolean {
  const { unit, wallClockMs } = live;
  const { channels, stream } = state;
  if (!state.isPlaying || channels === undefined || !socket.writable) return false;
  if (socket.writableLength > MAX_UNSENT_BYTES) {
    socket.destroy();
    return false;
  }
  const timestamp = toRtpTime(state, live.timestamp);
  if (Math.abs(wallClockMs - state.reportedAtMs) >= REPORT_INTERVAL_MS) {
    state.reportedAtMs = wallClockMs;
    socket.write(formatSenderReport(stream, channels.rtcp, timestamp, wallClockMs));
  }
  socket.write(formatRtpFrame(stream, channels.rtp, timestamp, unit));
  return true;
}

function toRtpTime(state: State, timestamp: number): number {
  return (state.timestampBase + timestamp) % 2 ** 32;
}
