/** What a session is of, and what it is given to work with. */
import { DEFAULT_PRE_ROLL_SECONDS } from '@padelvar/shared/limits';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Part } from '../ingest/live-part.ts';
import type { PortPool } from '../proxy/port-pool.ts';
import type { ObjectLayout } from '../recording/layout.ts';
import type { CameraMemory } from './camera-memory.ts';
import type { LookTimes } from './judge-picture.ts';
import type { Machine } from './machine.ts';

export interface SessionSpec {
  sessionId: string;
  clubId: string;
  courtId: string;
  /** With credentials; never leaves the device. */
  address: string;
  /** The address as the portal sealed it. */
  sealed?: string | undefined;
  /** Whether the camera's sound is recorded too. */
  audio?: boolean;
  /** Whether its live picture is to be there almost at once. */
  lowDelay?: boolean;
}

export interface SessionRooms {
  dataDir: string;
  ffmpegPath: string;
  memoryFolder: string;
  ports: PortPool;
  clock: Clock;
  logger: Logger;
  /** Nothing is refused where it is left out. */
  machine?: Machine;
  /** How much from before its start belongs to a recording, seconds. */
  preRollSeconds?: () => number;
  /** Between two looks at a session's picture; for tests. */
  lookTimes?: LookTimes;
  /** What earlier sessions learnt of their cameras. */
  cameras?: CameraMemory;
  /** Where the index of a stored object is to stand whose recording begins now on that court; first where it is left out. */
  layout?: (courtId: string) => ObjectLayout;
  /** That many bytes of a part outlast a power cut. */
  onSynced?: ((part: Part, bytes: number) => void) | undefined;
}

export function preRollSecondsOf({ preRollSeconds }: Pick<SessionRooms, 'preRollSeconds'>): number {
  return preRollSeconds?.() ?? DEFAULT_PRE_ROLL_SECONDS;
}
