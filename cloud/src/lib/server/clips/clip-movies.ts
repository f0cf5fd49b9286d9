/** Clips as files: a header made of the movie's index, and behind it the movie's own bytes, read from the store. */
import { AppError } from '@padelvar/shared/errors';
import type { ByteRange } from '@padelvar/shared/byte-range';
import { endOfTracks, planClip, type PlannedClip } from '@padelvar/shared/mp4/clip';
import { readMovieTracks } from './movie-index.ts';

/** A range of a stored movie. */
export interface Cut {
  sessionId: string;
  /** Its key in the store: another one is another movie. */
  movieKey: string;
  movieBytes: number;
  fromMs: number;
  toMs: number;
}

export interface ClipMovies {
  /** Throws `bad_request` where the movie has nothing there, naming the field. */
  plan(cut: Cut): Promise<PlannedClip>;
  /** These bytes of the file; `gone` where the movie is. */
  open(cut: Cut, planned: PlannedClip, range: ByteRange): Promise<ReadableStream<Uint8Array>>;
}

export interface ClipMoviesOptions {
  /** A link to the stored movie; throws where there is none. */
  link: (sessionId: string) => Promise<string>;
  /** Answers a request for a link of the store. */
  fetchStored: (request: Request) => Promise<Response>;
  origin: string;
}

/** Headers that are kept in memory, the newest: a minute's has some kilobytes. */
const KEPT_HEADERS = 64;

export function createClipMovies({ link, fetchStored, origin }: ClipMoviesOptions): ClipMovies {
  const kept = new Map<string, Promise<PlannedClip>>();

  const fetchRange = async (sessionId: string, { start, end }: ByteRange): Promise<Response> => {
    const headers = { range: `bytes=${String(start)}-${String(end - 1)}` };
    const answer = await fetchStored(new Request(new URL(await link(sessionId), origin), { headers }));
    if (answer.status === 206) return answer;
    await answer.body?.cancel();
    if (answer.status === 404 || answer.status === 403)
      throw new AppError('gone', 'this video is no longer there');
    throw new AppError('storage_failing', `expected part of a stored movie; found ${String(answer.status)}`);
  };

  const plan = async ({ sessionId, movieBytes, fromMs, toMs }: Cut): Promise<PlannedClip> => {
    const tracks = await readMovieTracks(async (offset, length) => {
      const end = Math.min(offset + length, movieBytes);
      if (offset >= end) return new Uint8Array();
      return new Uint8Array(await (await fetchRange(sessionId, { start: offset, end })).arrayBuffer());
    });
    const endMs = endOfTracks(tracks);
    if (toMs > endMs + END_SLACK_MS) {
      throw new AppError('bad_request', `expected an end within the ${String(endMs)} ms of the movie`, {
        field: 'toMs',
      });
    }
    return planClip(tracks, fromMs, toMs);
  };

  return {
    plan(cut) {
      const key = JSON.stringify([cut.movieKey, cut.movieBytes, cut.fromMs, cut.toMs]);
      const known = kept.get(key);
      if (known !== undefined) return known;
      const planned = plan(cut);
      kept.set(key, planned);
      planned.catch(() => kept.delete(key));
      for (const oldest of kept.keys()) {
        if (kept.size <= KEPT_HEADERS) break;
        kept.delete(oldest);
      }
      return planned;
    },
    async open({ sessionId }, { header, offset }, { start, end }) {
      const headerBytes = header.byteLength;
      const head = header.subarray(Math.min(start, headerBytes), Math.min(end, headerBytes));
      if (end <= headerBytes) return joinBytes(head, null);
      const from = offset + Math.max(start, headerBytes) - headerBytes;
      const payload = { start: from, end: offset + end - headerBytes };
      return joinBytes(head, (await fetchRange(sessionId, payload)).body);
    },
  };
}

/** The page rounds a movie's end up to its last picture. */
const END_SLACK_MS = 1000;

/** `head`, then `rest`, read no faster than it is drained. */
function joinBytes(head: Uint8Array, rest: ReadableStream<Uint8Array> | null): ReadableStream<Uint8Array> {
  const reader = rest?.getReader();
  let pending = head.byteLength > 0 ? head : undefined;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (pending !== undefined) {
          controller.enqueue(pending);
          pending = undefined;
          if (reader === undefined) controller.close();
          return;
        }
        const next = await reader?.read();
        if (next?.value === undefined) controller.close();
        else controller.enqueue(next.value);
      },
      cancel: (reason) => reader?.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}
