/**
 * Where a stable address led to last. For half a minute the pieces of a movie are fetched from there at once; then the
 * stable address is asked again, and with it the right to go on. Pure but for the clock that is given.
 */

/** Links live 45 s: the last piece has time to begin. */
export const REUSE_MS = 30_000;

export interface StoredLink {
  /** Where to ask for the pieces of `stable` now. */
  find(stable: string): string;
  /** `stable` has led to `link`. */
  remember(stable: string, link: string): void;
  /** The link was refused. Whether the stable address is worth a question. */
  forget(): boolean;
}

export function createStoredLink(nowMs: () => number = Date.now): StoredLink {
  let known: { stable: string; link: string; untilMs: number } | undefined;
  const isFresh = (stable: string): boolean => known?.stable === stable && nowMs() < known.untilMs;
  return {
    find: (stable) => (known !== undefined && isFresh(stable) ? known.link : stable),
    remember(stable, link) {
      // A piece that came by the link itself says nothing new of the right.
      if (link === stable || (known?.link === link && isFresh(stable))) return;
      known = { stable, link, untilMs: nowMs() + REUSE_MS };
    },
    forget() {
      const hadOne = known !== undefined;
      known = undefined;
      return hadOne;
    },
  };
}
