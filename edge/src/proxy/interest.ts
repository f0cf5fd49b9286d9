/** How many are interested in something, and who is told when somebody begins to be and nobody is any more. */

export interface Interest {
  readonly count: number;
  /** Counts one more until the answer is called; more than once does no harm. */
  join(): () => void;
  /** Told `true` with the first and `false` after the last; the answer ends that. */
  onChange(listener: (isThere: boolean) => void): () => void;
}

export function createInterest(): Interest {
  let count = 0;
  const listeners = new Set<(isThere: boolean) => void>();
  const change = (by: 1 | -1): void => {
    count += by;
    if (count !== (by === 1 ? 1 : 0)) return;
    for (const listener of [...listeners]) listener(by === 1);
  };
  return {
    get count() {
      return count;
    },
    join() {
      let isJoined = true;
      change(1);
      return () => {
        if (isJoined) change(-1);
        isJoined = false;
      };
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
