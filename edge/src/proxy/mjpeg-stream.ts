/** Writes one multipart stream of JPEGs, never holding more than the frame that is under way. */
import type { ServerResponse } from 'node:http';
import type { Clock } from '../base/clock.ts';
import type { FrameHub } from './frame-hub.ts';
import { SETTLE_MS } from './paced-run.ts';
import type { PacedRun } from './paced-run.ts';

const BOUNDARY = 'padelvar-frame';

export const MJPEG_HEADERS = {
  'content-type': `multipart/x-mixed-replace; boundary=${BOUNDARY}`,
  'cache-control': 'no-store',
  'cross-origin-resource-policy': 'same-site',
  'x-content-type-options': 'nosniff',
};

export interface MjpegStream {
  hub: FrameHub;
  response: ServerResponse;
  /** Ends the stream; the functions below then reject with its reason. */
  signal: AbortSignal;
}

/** For a viewer: each frame at most once; whatever came while the last one was being sent is skipped but the newest. */
export async function streamNewest({ hub, response, signal }: MjpegStream): Promise<never> {
  begin(response);
  for (let sequence = 0; ;) {
    const frame = await hub.nextFrame(sequence, signal);
    sequence = frame.sequence;
    await writePart(response, frame.jpeg, signal);
  }
}

/**
 * For the recorder: exactly `fps` frames a second by the monotonic clock, each the picture that stood at its moment, so
 * that a reader which counts frames keeps true time. It may be behind: what it is owed comes as fast as it reads. While
 * the camera is silent nothing is sent, since bytes that grow mean a camera that lives. Resolves when all is sent that was owed
 * at the end of the run.
 */
export async function streamPaced(
  { hub, response, signal }: MjpegStream,
  clock: Clock,
  fps: number,
  run: PacedRun,
): Promise<void> {
  const waiting = AbortSignal.any([signal, run.ending]);
  const nextPicture = (): Promise<unknown> => hub.nextFrame(hub.latest()?.sequence ?? 0, waiting);
  begin(response);
  let beganMs = run.openReader();
  for (; beganMs === undefined; beganMs = run.openReader()) await nextPicture();
  for (let sentFrames = 0; ;) {
    const dueMs = beganMs + (sentFrames * 1000) / fps;
    if (!run.owes(dueMs)) return;
    const earlyMs = dueMs + SETTLE_MS - clock.monotonicMs();
    if (earlyMs > 0 && !run.ending.aborted) {
      await clock.sleep(earlyMs, waiting).catch(() => signal.throwIfAborted());
      continue;
    }
    const picture = run.take(dueMs);
    if (picture === undefined) {
      await nextPicture();
      continue;
    }
    await writePart(response, picture, signal);
    sentFrames += 1;
  }
}

/** The delimiter follows each frame at once: a browser shows a frame only when it has seen the next delimiter. */
function begin(response: ServerResponse): void {
  response.writeHead(200, MJPEG_HEADERS);
  response.write(`--${BOUNDARY}\r\n`);
}

async function writePart(response: ServerResponse, jpeg: Buffer, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  response.cork();
  response.write(`Content-Type: image/jpeg\r\nContent-Length: ${jpeg.length}\r\n\r\n`);
  response.write(jpeg);
  const written = Promise.withResolvers<undefined>();
  const onAbort = (): void => written.reject(signal.reason as Error);
  signal.addEventListener('abort', onAbort, { once: true });
  response.write(`\r\n--${BOUNDARY}\r\n`, (error) => {
    if (error) written.reject(error);
    else written.resolve(undefined);
  });
  response.uncork();
  await written.promise.finally(() => signal.removeEventListener('abort', onAbort));
}
