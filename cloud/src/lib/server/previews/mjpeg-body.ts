/** A viewer's frames as one multipart body that asks for the next frame only when the last has been taken. */
import type { Viewer } from './preview-channel.ts';

const BOUNDARY = 'padelvar-frame';
export const MJPEG_CONTENT_TYPE = `multipart/x-mixed-replace; boundary=${BOUNDARY}`;

/** Ends when the viewer does; closes the viewer when its reader goes away or `signal` fires. */
export function streamFrames(viewer: Viewer, signal: AbortSignal): ReadableStream<Uint8Array> {
  const text = new TextEncoder();
  let isCancelled = false;
  if (signal.aborted) viewer.close();
  signal.addEventListener('abort', () => viewer.close(), { once: true });
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        controller.enqueue(text.encode(`--${BOUNDARY}\r\n`));
      },
      async pull(controller) {
        const frame = await viewer.next();
        if (isCancelled) return;
        if (frame === undefined) {
          controller.close();
          return;
        }
        // The delimiter follows at once: a browser shows a frame only when it has seen the next delimiter.
        const head = `Content-Type: image/jpeg\r\nContent-Length: ${frame.jpeg.length}\r\n\r\n`;
        controller.enqueue(
          Buffer.concat([text.encode(head), frame.jpeg, text.encode(`\r\n--${BOUNDARY}\r\n`)]),
        );
      },
      cancel() {
        isCancelled = true;
        viewer.close();
      },
    },
    { highWaterMark: 0 },
  );
}
