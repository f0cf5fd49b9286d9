/** What every kind of simulated court offers the one who runs it. */
import type { Server } from 'node:net';
import type { Clock } from '../base/clock.ts';
import type { AuthenticationScheme, Credentials } from './authentication.ts';
import type { Clip } from './clip/clip.ts';
import type { Condition } from './fault.ts';
import type { SentFrames } from './sent-frames.ts';

export interface CourtContext {
  clip: Clip;
  /** Makes what the court needs beside the clip, once. */
  ffmpegPath: string;
  clock: Clock;
  sent: SentFrames;
  /** How the court is now; changes under faults. */
  condition: () => Condition;
  credentials: Credentials | undefined;
  schemes: readonly AuthenticationScheme[];
  /** An RTSP request was answered. */
  onAnswer: (method: string, status: number) => void;
}

/** A live frame: `index` counts since the court's start, `number` is its place in the clip, in the order of sending. */
export interface LiveFrame {
  index: number;
  number: number;
}

export interface CourtService {
  /** Not listening yet. */
  readonly server: Server;
  /** Makes what this condition needs and the court has not at hand. */
  prepare(condition: Condition): Promise<void>;
  /** Sends one frame to whoever watches now. */
  send(frame: LiveFrame): void;
}

/** A client with more than this unsent is dropped: it doesn't drain (8 s at 4 Mbit/s). */
export const MAX_UNSENT_BYTES = 4 * 1024 * 1024;
