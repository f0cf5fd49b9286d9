/** Server-sent events as a body that asks for the next one only when the last has been taken. */

export interface ServerEvent {
  event: string;
  data: unknown;
}

export const EVENT_STREAM_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
};

/** Ends with `events`; a reader that goes away ends them. What they throw becomes the event that `describe` makes of it. */
export function streamEvents(
  events: AsyncGenerator<ServerEvent[], void>,
  { leaving, describe }: { leaving: AbortController; describe: (error: unknown) => ServerEvent },
): ReadableStream<Uint8Array> {
  const text = new TextEncoder();
  const format = ({ event, data }: ServerEvent): string =>
    `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const next = await events.next();
          if (leaving.signal.aborted) return;
          if (next.done === true) controller.close();
          else controller.enqueue(text.encode(next.value.map(format).join('')));
        } catch (error) {
          controller.enqueue(text.encode(format(describe(error))));
          controller.close();
        }
      },
      cancel() {
        leaving.abort();
        return events.return(undefined).then(() => undefined);
      },
    },
    { highWaterMark: 0 },
  );
}
