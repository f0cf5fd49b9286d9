/** What every candidate of a round gets: the same courts, for as long. */
import type { Courts } from './courts.ts';

export interface TurnOptions {
  courts: Courts;
  /** Length of the steady state that is measured. */
  seconds: number;
  ffmpegPath: string;
  /** On the disk that recordings go to. */
  folder: string;
  signal: AbortSignal;
}
