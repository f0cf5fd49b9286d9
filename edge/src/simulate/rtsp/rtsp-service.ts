/** An RTSP camera: many sessions on one live stream, each joining where the stream is now. */
import { createServer } from 'node:net';
import { findParameterSets, type AccessUnit } from '../clip/access-units.ts';
import { createGatekeeper } from '../authentication.ts';
import { loadAccessUnits, type ClipSize } from '../clip/clip.ts';
import type { CourtContext, CourtService } from '../court-service.ts';
import { RTP_CLOCK_HZ } from './rtp-h264.ts';
import { serveRtspConnection, type RtspConnection } from './rtsp-connection.ts';
import { formatSdp } from './rtsp-message.ts';

export interface RtspServiceOptions {
  /** False leaves sprop-parameter-sets out of the SDP, as some cameras do. */
  parameterSetsInSdp: boolean;
}

export async function createRtspService(
  context: CourtContext,
  { parameterSetsInSdp }: RtspServiceOptions,
): Promise<CourtService> {
  const { clip, clock, sent, condition } = context;
  const units: Record<ClipSize, AccessUnit[]> = {
    full: await loadAccessUnits(clip, 'full'),
    half: await loadAccessUnits(clip, 'half'),
  };
  const gatekeeper = createGatekeeper(context.credentials, context.schemes);
  const connections = new Set<RtspConnection>();
  const timestampAt = (index: number): number => Math.round((index * RTP_CLOCK_HZ) / clip.fps);
  let size: ClipSize = 'full';
  let nextIndex = 0;

  const describe = (): string => {
    const parameterSets = parameterSetsInSdp ? findParameterSets(units[condition().size]) : undefined;
    return formatSdp({ fps: clip.fps, ...(parameterSets === undefined ? {} : { parameterSets }) });
  };
  const server = createServer({ noDelay: true }, (socket) => {
    const connection = serveRtspConnection(socket, {
      admits: (method, authorization) =>
        !condition().refusesPassword && gatekeeper.admits(method, authorization),
      challenges: () => gatekeeper.challenges(),
      describe,
      nextTimestamp: () => timestampAt(nextIndex),
    });
    connections.add(connection);
    socket.once('close', () => connections.delete(connection));
  });
  return {
    server,
    send({ index, number }) {
      nextIndex = index + 1;
      const unit = pickUnit(number);
      if (condition().silent || unit === undefined) return;
      const live = { unit, timestamp: timestampAt(index), wallClockMs: clock.nowMs() };
      const clients = [...connections].filter((connection) => connection.send(live)).length;
      if (clients > 0) sent.add({ index, number, sentAtMs: clock.monotonicMs(), clients });
    },
  };

  /** A change of resolution waits for the next keyframe. */
  function pickUnit(number: number): AccessUnit | undefined {
    if (units.full[number]?.isKeyframe === true) size = condition().size;
    return units[size][number];
  }
}
