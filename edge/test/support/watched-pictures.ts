/** Watches a live stream as a viewer does, and tells how far behind the simulated court its pictures came. */
import { systemClock as clock } from '../../src/base/clock.ts';
import { MultipartParser } from '../../src/camera/multipart.ts';
import type { SimulatedCourt } from '../../src/simulate/court.ts';
import { readJpegNumbers } from './frame-numbers.ts';
import { TEST_FFMPEG } from './test-courts.ts';

export interface WatchedPicture {
  jpeg: Buffer;
  /** Monotonic milliseconds. */
  atMs: number;
}

export interface Watching {
  readonly pictures: readonly WatchedPicture[];
  /** Resolves once there are so many. */
  until(count: number): Promise<void>;
  /** Forgets what came so far. */
  beginAnew(): void;
  leave(): Promise<void>;
}

export async function watchStream(url: string, headers: Record<string, string> = {}): Promise<Watching> {
  const leaving = new AbortController();
  const answer = await fetch(url, { headers, signal: leaving.signal });
  if (answer.status !== 200 || answer.body === null)
    throw new Error(`expected a stream, found ${String(answer.status)} ${await answer.text()}`);
  let pictures: WatchedPicture[] = [];
  let wake = Promise.withResolvers<undefined>();
  const parser = new MultipartParser((jpeg) => {
    pictures.push({ jpeg: Buffer.from(jpeg), atMs: clock.monotonicMs() });
    wake.resolve(undefined);
    wake = Promise.withResolvers();
  });
  const { body } = answer;
  const reading = (async () => {
    for await (const chunk of body as AsyncIterable<Uint8Array>) parser.push(Buffer.from(chunk));
  })().catch(() => undefined);
  return {
    get pictures() {
      return pictures;
    },
    async until(count) {
      while (pictures.length < count) await wake.promise;
    },
    beginAnew() {
      pictures = [];
    },
    async leave() {
      leaving.abort();
      await reading;
    },
  };
}

/** Milliseconds from when the court had sent each picture until it came, sorted. Of somebody who has left. */
export async function measureDelays(
  pictures: readonly WatchedPicture[],
  court: SimulatedCourt,
): Promise<number[]> {
  const sent = court.framesSent();
  const numbers = await readJpegNumbers(
    pictures.map(({ jpeg }) => jpeg),
    TEST_FFMPEG,
  );
  const delays = pictures.map(({ atMs }, index) => {
    const shown = numbers[index];
    const frame = sent.findLast(({ number, sentAtMs }) => number === shown && sentAtMs <= atMs);
    if (frame === undefined) throw new Error(`expected a picture that was sent, found ${String(shown)}`);
    return atMs - frame.sentAtMs;
  });
  return delays.sort((a, b) => a - b);
}

/** Of numbers that are sorted. */
export function medianOf(sorted: readonly number[]): number {
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Pictures a second from the first to the last. */
export function rateOf(pictures: readonly WatchedPicture[]): number {
  const [first, last] = [pictures[0]?.atMs ?? 0, pictures.at(-1)?.atMs ?? 0];
  return ((pictures.length - 1) * 1000) / (last - first);
}
