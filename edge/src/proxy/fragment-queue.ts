/** Which fragments a decoder gets when it can't keep up. Pure. */

/** One whole moof+mdat of a growing part. */
export interface PreviewFragment {
  startsWithKeyframe: boolean;
  /** Called only when the bytes are needed. */
  read: () => Promise<Buffer>;
}

/** What is taken out decodes: it begins with a keyframe and has no holes but before keyframes. */
export class FragmentQueue {
  readonly #most: number;
  #queued: PreviewFragment[] = [];
  #needsKeyframe = true;
  #dropped = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Fragments given up because newer ones had come. */
  get dropped(): number {
    return this.#dropped;
  }

  add(fragment: PreviewFragment): void {
    if (this.#queued.length >= this.#most) this.lose();
    if (this.#needsKeyframe && !fragment.startsWithKeyframe) return;
    this.#needsKeyframe = false;
    this.#queued.push(fragment);
  }

  take(): PreviewFragment | undefined {
    return this.#queued.shift();
  }

  /** Something is missing: what is queued goes, and nothing counts before the next keyframe. */
  lose(): void {
    this.#dropped += this.#queued.length;
    this.#queued = [];
    this.#needsKeyframe = true;
  }
}
