/** The ffconcat list through which FFmpeg learns a camera's address, so that it stands in no argument. */
import { AppError } from '@padelvar/shared/errors';
import { parseCameraAddress } from './address.ts';
import type { CameraProbe } from './probe.ts';
import { planProbing } from './probing.ts';

/**
 * FFmpeg's socket timeout, microseconds. Measured: a silent camera is given up after twice this and 0.2 s, and its RTSP
 * session is torn down, which it is not where a signal ends the wait. So this comes before the ingest's own look.
 */
const SOCKET_TIMEOUT_US = 800_000;

export interface InputListOptions {
  /** Without it the camera's sound is not even asked for. */
  withSound?: boolean;
  /** How long FFmpeg waits for the camera's next bytes, microseconds; it does so twice. */
  timeoutUs?: number;
}

/**
 * One RTSP input over TCP. To be written to a file of mode 0600. The address stands in single quotes, in which
 * nothing but a single quote has a meaning, and none gets this far. FFmpeg's list demuxer opens the camera with the
 * options given here and none of those on the command line, so probing is planned in both places.
 */
export function formatInputList(
  address: string,
  probe: Pick<CameraProbe, 'hasParameterSets'>,
  { withSound = false, timeoutUs = SOCKET_TIMEOUT_US }: InputListOptions = {},
): string {
  const { scheme } = parseCameraAddress(address);
  if (scheme !== 'rtsp' && scheme !== 'rtsps') {
    throw new AppError('bad_request', `Expected an rtsp or rtsps address, found ${scheme}.`, {
      field: 'address',
    });
  }
  const { analyzeduration, probesize } = planProbing(probe, withSound);
  return [
    'ffconcat version 1.0',
    `file '${address}'`,
    'option rtsp_transport tcp',
    `option timeout ${timeoutUs}`,
    `option analyzeduration ${analyzeduration}`,
    `option probesize ${probesize}`,
    `option allowed_media_types video${withSound ? '+audio' : ''}`,
    '',
  ].join('\n');
}
