/** Writes one multipart stream of JPEGs, never holding more than the frame that is under way. */
import type { ServerResponse } from 'node:http';
import type { Clock } from '../base/clock.ts';
import type { FrameHub } from './frame-hub.ts';
import { planOwedFrames } from './pace.ts';
import type { PacedRun } from './paced-run.ts';

const BOUNDARY = 'padelvar-frame';

/** A picture older than this stands for no living camera: a paced stream waits instead of repeating it. */
export const STALE_FRAME_MS = 3_000;

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
 * For the recorder: exactly `fps` frames a second by the monotonic clock, the newest repeated, so that a reader
 * which counts frames keeps true time. What a stall of the reader left owing is made up. While the camera is
 * silent nothing is sent, since bytes that grow mean a camera that lives. Resolves when all is sent that was owed at the
 * end of the run.
 */
export async function streamPaced(
  stream: MjpegStream,
  clock: Clock,
  fps: number,
  run: PacedRun,
): Promise<void> {
  const { hub, response, signal } = stream;
  const { ending } = run;
  const waiting = AbortSignal.any([signal, ending]);
  begin(response);
  const startedAtMs = hasFreshFrame(hub)
    ? run.takeBeginMs()
    : await freshFrame(hub, waiting).then(() => clock.monotonicMs());
  let endedAtMs: number | undefined;
  ending.addEventListener('abort', () => (endedAtMs = clock.monotonicMs()), { once: true, signal });
  for (let sentFrames = 0; ;) {
    const elapsedMs = (endedAtMs ?? clock.monotonicMs()) - startedAtMs;
    const { owed, nextInMs } = planOwedFrames({ elapsedMs, sentFrames, fps });
    if (owed === 0) {
      if (ending.aborted) return;
      await clock.sleep(nextInMs, waiting).catch(() => signal.throwIfAborted());
      continue;
    }
    await writePart(response, await freshFrame(hub, waiting), signal);
    sentFrames += 1;
  }
}

function hasFreshFrame(hub: FrameHub): boolean {
  const newest = hub.latest();
  return newest !== undefined && newest.ageMs < STALE_FRAME_MS;
}

/** The newest frame if it is fresh, else the next to come. */
async function freshFrame(hub: FrameHub, signal: AbortSignal): Promise<Buffer> {
  const newest = hub.latest();
  if (newest !== undefined && newest.ageMs < STALE_FRAME_MS) return newest.jpeg;
  return (await hub.nextFrame(newest?.sequence ?? 0, signal)).jpeg;
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
