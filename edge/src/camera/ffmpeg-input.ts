/** FFmpeg's input arguments, by kind of camera. Pure. */
import type { CameraProbe } from './probe.ts';
import { planProbing } from './probing.ts';

/** What the list of an RTSP camera may reach: no http, no pipes, no nested lists. */
const PROTOCOLS = 'file,rtsp,rtp,tcp,udp,tls,crypto';

/** Frames per second to which the proxy paces MJPEG and still-image cameras: what FFmpeg takes multipart for. */
export const PACED_FPS = 25;

/** The arguments up to and including `-i` for an RTSP camera. */
export function planInputArguments({
  listPath,
  probe,
  withSound = false,
}: {
  listPath: string;
  probe: CameraProbe;
  withSound?: boolean;
}): string[] {
  const { analyzeduration, probesize } = planProbing(probe, withSound);
  return [
    ...['-protocol_whitelist', PROTOCOLS],
    ...['-analyzeduration', String(analyzeduration), '-probesize', String(probesize)],
    ...['-f', 'concat', '-safe', '0', '-i', listPath],
  ];
}

/** The same for the session's own proxy, which hands an MJPEG or still-image camera on at exactly 25 fps. */
export function planPacedInputArguments(port: number): string[] {
  return [
    ...['-protocol_whitelist', 'http,tcp'],
    ...['-f', 'mpjpeg', '-analyzeduration', '0'],
    ...['-i', `http://127.0.0.1:${port}/stream.mjpg?pace=${PACED_FPS}`],
  ];
}
