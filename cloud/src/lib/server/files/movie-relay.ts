/**
 * A stored movie handed on by the portal itself, for whoever may lose the right to it while it plays: a signed link
 * would stay good, so the right is asked for again while bytes flow, and the answer ends where it is gone.
 */
import { AppError } from '@padelvar/shared/errors';
import type { Clock } from '../clock.ts';

/** Bytes flow at most so long after the right to them was last confirmed. */
export const RIGHT_CHECK_MS = 15_000;

/** What a player or a download manager says of the bytes it wants. */
const PASSED_ON = ['range', 'if-range', 'if-none-match'] as const;

export interface MovieRelay {
  /** Answers `request` with what is at `link`. `mayGoOn` throws or answers false where the right is gone. */
  send(request: Request, link: string, mayGoOn: () => Promise<boolean>): Promise<Response>;
}

export interface MovieRelayOptions {
  clock: Pick<Clock, 'monotonicMs'>;
  /** Answers a request for a link of the store. */
  fetchStored: (request: Request) => Promise<Response>;
  origin: string;
}

export function createMovieRelay({ clock, fetchStored, origin }: MovieRelayOptions): MovieRelay {
  return {
    async send(request, link, mayGoOn) {
      const answer = await fetchStored(
        new Request(new URL(link, origin), {
          method: request.method === 'HEAD' ? 'HEAD' : 'GET',
          headers: PASSED_ON.flatMap((name): [string, string][] => {
            const value = request.headers.get(name);
            return value === null ? [] : [[name, value]];
          }),
        }),
      );
      const { status, headers, body } = answer;
      if (status === 404 || status === 403) {
        await body?.cancel();
        throw new AppError('gone', 'this video is no longer there');
      }
      return new Response(body === null ? null : flowWhile(body, clock, mayGoOn), { status, headers });
    },
  };
}

/** Reads on only when its own reader has taken what there was; breaks off where the right is gone. */
export function flowWhile(
  body: ReadableStream<Uint8Array>,
  clock: Pick<Clock, 'monotonicMs'>,
  mayGoOn: () => Promise<boolean>,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let checkedAtMs = clock.monotonicMs();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (clock.monotonicMs() - checkedAtMs >= RIGHT_CHECK_MS) {
          checkedAtMs = clock.monotonicMs();
          if (!(await mayGoOn().catch(() => false))) {
            await reader.cancel();
            controller.error(new AppError('gone', 'the right to this video has ended'));
            return;
          }
        }
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}
