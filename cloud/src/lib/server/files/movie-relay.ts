/**
 * A stored movie handed on by the portal itself, for whoever may lose the right to it while it plays: a signed link
 * would stay good, and its answer go on, so the right is asked for again while bytes flow, and the answer ends where it is gone. From a
 * bucket, only what is saved by a link passes here: Chromium goes on with a download that broke off at the address that the last
 * redirect led to, so a link of the bucket must either outlive the right or end the download.
 */
import { AppError } from '@padelvar/shared/errors';
import type { Clock } from '../clock.ts';

/** Bytes flow at most so long after the right to them was last confirmed. */
export const RIGHT_CHECK_MS = 15_000;

/** What a player or a download manager says of the bytes it wants. */
const PASSED_ON = ['range', 'if-range', 'if-none-match'] as const;

/** What a store says of them; the rest is its own affair. */
const HANDED_ON = [
  ...['accept-ranges', 'cache-control', 'content-disposition', 'content-length', 'content-range'],
  ...['content-type', 'etag', 'last-modified', 'x-content-type-options'],
] as const;

export interface MovieRelay {
  /**
   * Answers `request` with what is at `link`. `mayGoOn` throws or answers false where the right is gone. Throws `gone`
   * where nothing is at it, `storage_…` where the store does not answer as it should.
   */
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
      const answer = await reach(() => fetchStored(planRequest(request, new URL(link, origin))));
      const { status, body } = answer;
      if (!HAS_MOVIE.includes(status)) {
        await body?.cancel();
        if (status === 404 || status === 403) throw new AppError('gone', 'this video is no longer there');
        throw new AppError('storage_failing', `expected a stored movie; found ${String(status)}`);
      }
      const headers = pick(answer.headers, HANDED_ON);
      return new Response(body === null ? null : flowWhile(body, clock, mayGoOn), { status, headers });
    },
  };
}

/** Whole, in part, not changed, and no such part. */
const HAS_MOVIE: readonly number[] = [200, 206, 304, 416];

function planRequest(request: Request, url: URL): Request {
  const method = request.method === 'HEAD' ? 'HEAD' : 'GET';
  return new Request(url, { method, headers: pick(request.headers, PASSED_ON), signal: request.signal });
}

function pick(headers: Headers, names: readonly string[]): [string, string][] {
  return names.flatMap((name): [string, string][] => {
    const value = headers.get(name);
    return value === null ? [] : [[name, value]];
  });
}

/** What `fetch` throws says nothing that anybody could act on. */
async function reach(ask: () => Promise<Response>): Promise<Response> {
  try {
    return await ask();
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError('storage_unreachable', 'the storage of this portal does not answer', { cause });
  }
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
