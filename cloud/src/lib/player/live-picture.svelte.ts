/**
 * How a live picture reaches an `<img>`: one multipart stream, or one still after another at 5 per second.
 * A stream that fails gives way to stills by itself, and is tried again ever more seldom.
 */
import type { Api } from '#lib/client/api.ts';

type Addresses = Pick<Api, 'getStreamUrl' | 'getSnapshotUrl'>;
export type PictureMode = 'stream' | 'snapshots';

const SNAPSHOT_INTERVAL_MS = 200;
const RETRY_MS = 1000;
/** Until the first new try of a stream; the next takes twice as long. */
const STREAM_RETRY_MS = 30_000;

export class LivePicture {
  readonly sessionId: string;
  mode = $state<PictureMode>('stream');
  /** Whether the last picture arrived. */
  shown = $state(false);
  readonly #api: Addresses;
  #turn = $state(0);
  #askedAtMs = 0;
  /** When the stream is tried again; undefined where the person chose stills. */
  #streamAtMs: number | undefined;
  #streamRetryMs = STREAM_RETRY_MS;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly address: string = $derived.by(() =>
    this.mode === 'stream'
      ? this.#api.getStreamUrl(this.sessionId, this.#turn)
      : this.#api.getSnapshotUrl(this.sessionId, this.#turn),
  );

  constructor(api: Addresses, sessionId: string) {
    this.#api = api;
    this.sessionId = sessionId;
  }

  choose(mode: PictureMode): void {
    if (mode === this.mode) return;
    this.mode = mode;
    this.shown = false;
    this.#streamAtMs = undefined;
    this.#ask();
  }

  /** A picture arrived. Stills are asked for one after another, never two at once. */
  loaded(): void {
    this.shown = true;
    if (this.mode === 'stream') {
      this.#streamRetryMs = STREAM_RETRY_MS;
      return;
    }
    if (this.#streamAtMs !== undefined && performance.now() >= this.#streamAtMs) {
      this.mode = 'stream';
      this.#ask();
      return;
    }
    const spentMs = performance.now() - this.#askedAtMs;
    this.#askLater(Math.max(0, SNAPSHOT_INTERVAL_MS - spentMs));
  }

  /** The picture failed: from the stream to stills, and from a failed still to the next try. */
  failed(): void {
    this.shown = false;
    if (this.mode === 'stream') {
      this.#streamAtMs = performance.now() + this.#streamRetryMs;
      this.#streamRetryMs *= 2;
    }
    this.mode = 'snapshots';
    this.#askLater(RETRY_MS);
  }

  /** Opens the stream anew after the portal has lost it. */
  reopen(): void {
    if (this.mode === 'stream') this.#ask();
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #askLater(waitMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), waitMs);
  }

  #ask(): void {
    clearTimeout(this.#timer);
    this.#askedAtMs = performance.now();
    this.#turn += 1;
  }
}
