/** A `<video>` as its controls see it: where it stands, how fast it goes, and what may be asked of it. */
import { DISTANCES, planDistance, planFrameSeconds } from './frame-seconds.ts';

/** What is offered, slowest first. */
export const RATES = [0.25, 0.5, 0.75, 1, 1.25, 1.5, 2] as const;

export class Playback {
  seconds = $state(0);
  durationSeconds = $state(0);
  paused = $state(true);
  waiting = $state(false);
  rate = $state(1);
  muted = $state(false);
  /** Seconds up to which the picture is there already. */
  bufferedSeconds = $state(0);
  #element: HTMLVideoElement | undefined;
  /** Seconds between pictures shown lately. */
  #distances: number[] = [];

  /** For `{@attach}` on the element. */
  attach = (element: HTMLVideoElement): (() => void) => {
    this.#element = element;
    const read = () => this.#read(element);
    const wait = () => (this.waiting = true);
    const events = ['timeupdate', 'durationchange', 'play', 'pause', 'ratechange', 'volumechange', 'seeked'];
    const more = ['progress', 'playing', 'canplay', 'loadedmetadata', 'ended'];
    for (const name of [...events, ...more]) element.addEventListener(name, read);
    for (const name of ['waiting', 'seeking']) element.addEventListener(name, wait);
    read();
    const leave = this.#watchFrames(element);
    return () => {
      leave();
      for (const name of [...events, ...more]) element.removeEventListener(name, read);
      for (const name of ['waiting', 'seeking']) element.removeEventListener(name, wait);
      this.#element = undefined;
    };
  };

  toggle(): void {
    const element = this.#element;
    if (element === undefined) return;
    // A play that is broken off by a pause or a new source is no trouble.
    if (element.paused) void element.play().catch(() => undefined);
    else element.pause();
  }

  pause(): void {
    this.#element?.pause();
  }

  /** Where the movie stands, to the picture. */
  now(): number {
    return this.#element?.currentTime ?? this.seconds;
  }

  seek(seconds: number): void {
    const element = this.#element;
    if (element === undefined || !(this.durationSeconds > 0)) return;
    element.currentTime = Math.min(Math.max(0, seconds), this.durationSeconds);
    this.seconds = element.currentTime;
  }

  skip(seconds: number): void {
    this.seek((this.#element?.currentTime ?? 0) + seconds);
  }

  /** One picture on or back; the movie stands still then. */
  step(frames: 1 | -1): void {
    this.#element?.pause();
    this.skip(frames * planFrameSeconds(this.#distances));
  }

  setRate(rate: number): void {
    if (this.#element === undefined) return;
    this.#element.playbackRate = rate;
    // The event that tells of it comes later than the next key.
    this.rate = rate;
  }

  /** The next faster or slower one that is offered. */
  changeRate(direction: 1 | -1): void {
    const index = RATES.findIndex((rate) => rate === this.rate);
    const next = RATES[(index === -1 ? RATES.indexOf(1) : index) + direction];
    if (next !== undefined) this.setRate(next);
  }

  toggleMute(): void {
    if (this.#element !== undefined) this.#element.muted = !this.#element.muted;
  }

  #watchFrames(element: HTMLVideoElement): () => void {
    // Older browsers tell of no frames.
    if (!('requestVideoFrameCallback' in element)) return () => undefined;
    let lastSeconds = Infinity;
    let handle = 0;
    const look = (_: number, { mediaTime }: VideoFrameCallbackMetadata): void => {
      const distance = planDistance(lastSeconds, mediaTime);
      // A step of one's own shows how long the step was, not the picture.
      if (distance !== undefined && !element.paused)
        this.#distances = [...this.#distances, distance].slice(-DISTANCES);
      lastSeconds = mediaTime;
      handle = element.requestVideoFrameCallback(look);
    };
    handle = element.requestVideoFrameCallback(look);
    return () => element.cancelVideoFrameCallback(handle);
  }

  #read(element: HTMLVideoElement): void {
    this.seconds = element.currentTime;
    this.durationSeconds = Number.isFinite(element.duration) ? element.duration : 0;
    this.paused = element.paused;
    this.rate = element.playbackRate;
    this.muted = element.muted;
    this.waiting = element.seeking || (!element.paused && element.readyState < element.HAVE_FUTURE_DATA);
    this.bufferedSeconds = findBufferedEnd(element);
  }
}

/** The end of the stretch that holds the present picture. */
function findBufferedEnd({ buffered, currentTime }: HTMLVideoElement): number {
  for (let index = 0; index < buffered.length; index += 1) {
    if (buffered.start(index) <= currentTime && currentTime <= buffered.end(index))
      return buffered.end(index);
  }
  return currentTime;
}
