/** A playlist that is asked for before its player is there. */

export interface OpenedPlaylist {
  readonly address: string;
  /** Its text, for whoever only looks. Undefined where it did not come. */
  readonly arrived: Promise<string | undefined>;
  /** Its text, once: whoever asks again wants a new answer. Undefined then, and where it did not come. */
  take(): Promise<string | undefined>;
}

export function openPlaylist(address: string): OpenedPlaylist {
  const read = async (): Promise<string | undefined> => {
    const answer = await fetch(address);
    return answer.ok ? answer.text() : undefined;
  };
  const arrived = read().catch(() => undefined);
  let text: Promise<string | undefined> | undefined = arrived;
  return {
    address,
    arrived,
    async take() {
      const mine = text;
      text = undefined;
      return mine;
    },
  };
}
