/** Videos that somebody deleted in the portal: erased here too, however late the device hears of it. */
import type { Logger } from '../base/log.ts';

export interface Deletions {
  /** Erases what is not gone yet. To be called again and again: what could not be erased now is tried anew. */
  want(sessionIds: readonly string[]): void;
  /** Those of the last list of which nothing is left. */
  erased(): string[];
}

export interface DeletionsOptions {
  log: Logger;
  /** Removes whatever there is of a movie; nothing is no error. */
  erase: (sessionId: string) => Promise<void>;
  onErased: () => void;
}

export function createDeletions({ log, erase, onErased }: DeletionsOptions): Deletions {
  const gone = new Set<string>();
  const underWay = new Set<string>();
  let wanted: readonly string[] = [];

  const run = async (sessionId: string): Promise<void> => {
    underWay.add(sessionId);
    try {
      await erase(sessionId);
      gone.add(sessionId);
      log.info({ sessionId }, 'a deleted video was erased');
      onErased();
    } catch (error) {
      log.debug({ err: error, sessionId }, 'a deleted video could not be erased yet');
    } finally {
      underWay.delete(sessionId);
    }
  };

  return {
    want(sessionIds) {
      wanted = sessionIds;
      for (const sessionId of gone) if (!wanted.includes(sessionId)) gone.delete(sessionId);
      for (const sessionId of wanted) {
        if (!gone.has(sessionId) && !underWay.has(sessionId)) void run(sessionId);
      }
    },
    erased: () => wanted.filter((sessionId) => gone.has(sessionId)),
  };
}
