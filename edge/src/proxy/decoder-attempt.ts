/** One FFmpeg that makes JPEGs of fragments, from its start to its end. `decoder-keeper.ts` starts the next one. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { findProcess, stopProcess } from '../base/child-process.ts';
import type { Clock } from '../base/clock.ts';
import { MultipartParser } from '../camera/multipart.ts';
import { FragmentQueue, type PreviewFragment } from './fragment-queue.ts';

export interface DecoderAttemptOptions {
  ffmpegPath: string;
  decoderArguments: readonly string[];
  /** ftyp and moov of the part whose fragments follow. */
  init: Buffer;
  /** Fragments that may wait while one is being written. */
  mostQueued: number;
  clock: Clock;
  onFrame: (jpeg: Buffer) => void;
}

export interface DecoderAttempt {
  add(fragment: PreviewFragment): void;
  /** Resolves when the process is gone, with the last words of its log. */
  readonly ended: Promise<string>;
  readonly dropped: number;
  /** Whether the fragment being written has been for so long that FFmpeg must hang. */
  isStuck(): boolean;
  stop(): Promise<void>;
}

const STUCK_AFTER_MS = 10_000;
const MOST_LOG_CHARACTERS = 500;

/** Its input closes when the daemon dies, and FFmpeg ends with its input. */
export function openDecoderAttempt(options: DecoderAttemptOptions): DecoderAttempt {
  const { clock, init, mostQueued } = options;
  const child = spawn(options.ffmpegPath, [
    ...['-hide_banner', '-nostats', '-loglevel', 'error'],
    ...options.decoderArguments,
  ]);
  const identity = child.pid === undefined ? undefined : findProcess(child.pid);
  const ended = watchEnd(child);
  readFrames(child.stdout, options.onFrame);
  const feed = new Feed(child.stdin, mostQueued, clock);
  child.stdin.write(init);
  const stop = async (): Promise<void> => {
    child.stdin.destroy();
    if (identity !== undefined) await stopProcess(clock, identity);
    await ended;
  };
  let stopped: Promise<void> | undefined;
  return {
    ended,
    add: (fragment) => feed.add(fragment),
    get dropped() {
      return feed.dropped;
    },
    isStuck: () => feed.writingForMs > STUCK_AFTER_MS,
    stop: () => (stopped ??= stop()),
  };
}

function watchEnd(child: ChildProcessWithoutNullStreams): Promise<string> {
  let lastWords = '';
  child.stderr.on('data', (chunk: Buffer) => {
    lastWords = (lastWords + chunk.toString()).slice(-MOST_LOG_CHARACTERS);
  });
  return new Promise((resolve) => {
    child.on('close', () => resolve(lastWords.trim()));
    child.on('error', (error) => resolve(error.message));
  });
}

function readFrames(output: Readable, onFrame: (jpeg: Buffer) => void): void {
  const parser = new MultipartParser(onFrame);
  output.on('data', (chunk: Buffer) => {
    try {
      parser.push(chunk);
    } catch {
      // Not pictures: without its reader FFmpeg ends, and another one begins.
      output.destroy();
    }
  });
}

/** Writes fragments one after the other, reading each only when its turn has come. */
class Feed {
  readonly #input: Writable;
  readonly #queue: FragmentQueue;
  readonly #clock: Clock;
  #writingSinceMs: number | undefined;

  constructor(input: Writable, mostQueued: number, clock: Clock) {
    this.#input = input.on('error', () => this.#queue.lose());
    this.#queue = new FragmentQueue(mostQueued);
    this.#clock = clock;
  }

  get dropped(): number {
    return this.#queue.dropped;
  }

  get writingForMs(): number {
    return this.#writingSinceMs === undefined ? 0 : this.#clock.monotonicMs() - this.#writingSinceMs;
  }

  add(fragment: PreviewFragment): void {
    this.#queue.add(fragment);
    if (this.#writingSinceMs === undefined) void this.#writeAll();
  }

  async #writeAll(): Promise<void> {
    for (let next = this.#queue.take(); next !== undefined; next = this.#queue.take()) {
      this.#writingSinceMs = this.#clock.monotonicMs();
      try {
        await write(this.#input, await next.read());
      } catch {
        // Its bytes are gone from the part, or FFmpeg is: the next keyframe makes up for it.
        this.#queue.lose();
      }
    }
    this.#writingSinceMs = undefined;
  }
}

function write(input: Writable, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    input.write(bytes, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}
