/** What can be made to go wrong with a simulated court, and what each fault means for it (pure). */
import { z } from 'zod';
import type { ClipSize } from './clip/clip.ts';
import type { ShownPicture } from './clip/stream-spec.ts';

export const FAULTS = [
  'none',
  'drop',
  'silence',
  'refuse',
  'reboot',
  'wrong-password',
  'resolution',
  'codec',
  'clock-forward',
  'clock-back',
  'black',
  'frozen',
] as const;
export type FaultName = (typeof FAULTS)[number];

/** RTP time wraps after 13 h: by more than half of that, forwards would be backwards. */
const MAX_JUMP_SECONDS = 6 * 3600;
const JUMP_SECONDS = 3 * 3600;

/** A fault lasts `seconds`, or until the next one; a drop is over at once, a reboot takes 10 s by default. */
export const Fault = z.strictObject({
  fault: z.enum(FAULTS),
  seconds: z.number().positive().max(86_400).optional(),
  /** By how much the clock jumps, 3 h by default. */
  jumpSeconds: z.number().positive().max(MAX_JUMP_SECONDS).optional(),
});
export type Fault = z.infer<typeof Fault>;

export interface Condition {
  /** Whether the port is open. */
  listens: boolean;
  /** Connections stay open and nothing is sent. */
  silent: boolean;
  /** The password that the address names is wrong. */
  refusesPassword: boolean;
  size: ClipSize;
  /** What the camera sees; sending goes on. */
  picture: ShownPicture;
  /** Connections get the court's other stream. */
  otherStream: boolean;
  /** By how much the camera's clock has jumped. */
  clockOffsetSeconds: number;
}

export const HEALTHY: Condition = {
  ...{ listens: true, silent: false, refusesPassword: false, size: 'full' },
  ...{ picture: 'live', otherStream: false, clockOffsetSeconds: 0 },
};
const REBOOT_SECONDS = 10;

export interface FaultPlan {
  condition: Condition;
  /** Whether open connections are reset. */
  drops: boolean;
  /** After which the court is healthy again, if ever by itself. */
  endsAfterMs: number | undefined;
}

export function planFault({ fault, seconds, jumpSeconds = JUMP_SECONDS }: Fault): FaultPlan {
  const plan = (condition: Partial<Condition>, drops = false): FaultPlan => ({
    condition: { ...HEALTHY, ...condition },
    drops,
    endsAfterMs: seconds === undefined ? undefined : seconds * 1000,
  });
  switch (fault) {
    case 'none':
      return { ...plan({}), endsAfterMs: undefined };
    case 'drop':
      return { ...plan({}, true), endsAfterMs: undefined };
    case 'silence':
      return plan({ silent: true });
    case 'refuse':
      return plan({ listens: false }, true);
    case 'reboot':
      return {
        ...plan({ listens: false }, true),
        endsAfterMs: (seconds ?? REBOOT_SECONDS) * 1000,
      };
    case 'wrong-password':
      return plan({ refusesPassword: true }, true);
    case 'resolution':
      return plan({ size: 'half' });
    case 'codec':
      return plan({ otherStream: true }, true);
    case 'clock-forward':
      return plan({ clockOffsetSeconds: jumpSeconds });
    case 'clock-back':
      return plan({ clockOffsetSeconds: -jumpSeconds });
    case 'black':
    case 'frozen':
      return plan({ picture: fault });
  }
}
