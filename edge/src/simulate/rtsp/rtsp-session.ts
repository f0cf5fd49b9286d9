/** One client's session: which tracks it has set up, where each is in its RTP stream, and what of the live stream it gets. */
import { randomBytes, randomInt } from 'node:crypto';
import type { Socket } from 'node:net';
import { MAX_UNSENT_BYTES } from '../court-service.ts';
import { formatRtpFrame, formatSenderReport, type RtpPayload, type RtpStream } from './rtp.ts';
import type { RtspTrack } from './sdp.ts';

/** A piece of the live stream: a picture, or sound, in RTP packets. */
export interface LivePackets {
  track: number;
  payloads: readonly RtpPayload[];
  /** Ticks of the track's clock, counted from the court's start. */
  timestamp: number;
  /** When that was, by the camera's wall clock; milliseconds. */
  wallClockMs: number;
  /** Monotonic milliseconds. */
  sentAtMs: number;
}

export interface RtspSession {
  readonly id: string;
  readonly isReady: boolean;
  /** Answers the `Transport` header, or undefined for what is not offered: anything but interleaved TCP. */
  setUp(track: number, transport: string): string | undefined;
  /** Begins the live stream; the answer is the `RTP-Info` header. */
  play(url: string, nextTimestamp: (track: number) => number, nowMs: number): string;
  stop(): void;
  /** Whether this client plays and was sent it. One that does not drain is dropped, not buffered without bound. */
  send(socket: Socket, live: LivePackets): boolean;
}

interface TrackState {
  payloadType: number;
  stream: RtpStream;
  /** RTP time of the court's start for this client: random, as RFC 3550 wants it. */
  timestampBase: number;
  channels: { rtp: number; rtcp: number };
  /** Monotonic milliseconds at which the next sender report is due. */
  reportDueMs: number;
}

const REPORT_INTERVAL_MS = 5_000;

/** `firstReportMs`: how long after PLAY the first sender reports come; infinite for never. */
export function createRtspSession(tracks: readonly RtspTrack[], firstReportMs: number): RtspSession {
  const states = new Map<number, TrackState>();
  let isPlaying = false;

  function report(socket: Socket, state: TrackState, live: LivePackets, timestamp: number): void {
    if (live.sentAtMs < state.reportDueMs) return;
    state.reportDueMs = live.sentAtMs + REPORT_INTERVAL_MS;
    socket.write(formatSenderReport(state.stream, state.channels.rtcp, timestamp, live.wallClockMs));
  }

  return {
    id: randomBytes(4).toString('hex').toUpperCase(),
    get isReady() {
      return states.size > 0;
    },
    setUp(number, transport) {
      const track = tracks[number];
      const channels = parseTransport(transport, number);
      if (track === undefined || channels === undefined) return undefined;
      const state = createTrackState(track, channels);
      states.set(number, state);
      const ssrc = state.stream.ssrc.toString(16).padStart(8, '0').toUpperCase();
      const interleaved = `${String(channels.rtp)}-${String(channels.rtcp)}`;
      return `RTP/AVP/TCP;unicast;interleaved=${interleaved};ssrc=${ssrc};mode="PLAY"`;
    },
    play(url, nextTimestamp, nowMs) {
      isPlaying = true;
      const base = url.replace(/\/$/, '').replace(/\/trackID=\d$/, '');
      const infos = [...states].map(([number, state]) => {
        state.reportDueMs = nowMs + firstReportMs;
        const rtptime = toRtpTime(state, nextTimestamp(number));
        const place = `seq=${String(state.stream.sequence)};rtptime=${String(rtptime)}`;
        return `url=${base}/trackID=${String(number)};${place}`;
      });
      return infos.join(',');
    },
    stop() {
      isPlaying = false;
    },
    send(socket, live) {
      const state = states.get(live.track);
      if (!isPlaying || state === undefined || !socket.writable) return false;
      if (socket.writableLength > MAX_UNSENT_BYTES) {
        socket.destroy();
        return false;
      }
      const timestamp = toRtpTime(state, live.timestamp);
      report(socket, state, live, timestamp);
      const frame = { payloadType: state.payloadType, timestamp, payloads: live.payloads };
      socket.write(formatRtpFrame(state.stream, state.channels.rtp, frame));
      return true;
    },
  };
}

function createTrackState({ payloadType }: RtspTrack, channels: TrackState['channels']): TrackState {
  return {
    ...{ payloadType, channels, reportDueMs: 0, timestampBase: randomInt(2 ** 32) },
    stream: { ssrc: randomInt(2 ** 32), sequence: randomInt(2 ** 16), packets: 0, octets: 0 },
  };
}

/** Interleaved TCP only; a client that asks for UDP is told so and asks again. */
function parseTransport(transport: string, track: number): TrackState['channels'] | undefined {
  const offer = transport.split(',').find((one) => /RTP\/AVP\/TCP/i.test(one));
  if (offer === undefined) return undefined;
  const [, rtp, rtcp] = /interleaved=(\d{1,3})-(\d{1,3})/i.exec(offer) ?? [];
  const channels = { rtp: Number(rtp ?? 2 * track), rtcp: Number(rtcp ?? 2 * track + 1) };
  return channels.rtp > 255 || channels.rtcp > 255 ? undefined : channels;
}

function toRtpTime({ timestampBase }: TrackState, timestamp: number): number {
  return (((timestampBase + timestamp) % 2 ** 32) + 2 ** 32) % 2 ** 32;
}
