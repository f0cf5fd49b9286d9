/**
 * Keeps the pictures of an MJPEG or still-image camera coming, for ever: one connection, given up after 2.5 s of
 * silence, opened again with backoff. One attempt is `frame-attempt.ts`.
 */
import { AppError, type ErrorKind } from '@padelvar/shared/errors';
import { createBackoff, type BackoffOptions } from '../base/backoff.ts';
import { isTold } from '../base/is-told.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { parseCameraAddress } from './address.ts';
import { runFrameAttempt } from './frame-attempt.ts';
import { createHttpCamera } from './http-camera.ts';
import type { HttpKind } from './http-frames.ts';
import { DENIED_RETRY_MS } from './trouble.ts';

/** How often a still-image camera is asked, unless a setting says otherwise, and at most. */
const DEFAULT_STILL_FPS = 10;
const MAX_STILL_FPS = 25;
/**
 * Longest wait between two attempts, milliseconds: pictures are to be on disk 3 s after the camera is back, and the encoder's
 * start and first fragment take up to 1.5 s of that.
 */
const MAX_RETRY_MS = 1_000;

/** Who is told of a camera's pictures and troubles. */
export interface FrameListener {
  log: Logger;
  /** Every whole JPEG, in order. */
  onFrame: (jpeg: Buffer) => void;
  /** Once per attempt that ended, with its reason. */
  onTrouble?: (reason: ErrorKind) => void;
}

export interface FrameSourceOptions extends FrameListener {
  address: string;
  kind: HttpKind;
  clock: Clock;
  /** Pictures a second asked of a still-image camera, up to 25; as fast as it answers where that is slower. */
  stillFps?: number;
  backoff?: BackoffOptions;
}

export interface FrameSource {
  /** From now on that one is told, and nobody else. */
  tell(listener: FrameListener): void;
  close(): Promise<void>;
}

/** Throws AppError `bad_request` on a wrong address; every later failure is a trouble and another attempt. */
export function openFrameSource(options: FrameSourceOptions): FrameSource {
  const closing = new AbortController();
  let listener: FrameListener = options;
  const running = keepOpen(options, () => listener, closing.signal);
  return {
    tell: (next) => void (listener = next),
    async close() {
      closing.abort(new AppError('gone', 'The frame source is closed.'));
      await running;
    },
  };
}

function keepOpen(
  options: FrameSourceOptions,
  listener: () => FrameListener,
  signal: AbortSignal,
): Promise<void> {
  const target = parseCameraAddress(options.address);
  const camera = createHttpCamera(target);
  const backoff = createBackoff({ maxMs: MAX_RETRY_MS, ...options.backoff });
  /** Attempts without a picture, one behind the other. */
  let failures = 0;
  const { kind, clock, stillFps = DEFAULT_STILL_FPS } = options;
  const intervalMs = 1000 / Math.min(stillFps, MAX_STILL_FPS);
  const onFrame = (jpeg: Buffer): void => {
    backoff.reset();
    failures = 0;
    listener().onFrame(jpeg);
  };
  const attempt = (): Promise<AppError> =>
    runFrameAttempt({ target, camera, kind, clock, intervalMs, onFrame, signal });
  return (async () => {
    for (let reason = await attempt(); !signal.aborted; reason = await attempt()) {
      const waitMs = reason.kind === 'camera_unauthorized' ? DENIED_RETRY_MS : backoff.nextMs();
      failures += 1;
      if (isTold(failures))
        listener().log.warn({ kind: reason.kind, reason: reason.message, failures }, 'camera lost');
      listener().onTrouble?.(reason.kind);
      await clock.sleep(waitMs, signal).catch(() => undefined);
    }
    camera.close();
  })();
}
