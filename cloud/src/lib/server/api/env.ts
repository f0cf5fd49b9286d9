/** What every handler of the API finds in its context. */
import type { Caller } from '../auth/caller.ts';

export interface ApiEnv {
  /** What whoever mounts the API says of the connection. */
  Bindings: { clientAddress?: string };
  Variables: {
    /** Undefined where nobody is logged in. */
    caller: Caller | undefined;
    /** Address of the peer, for limits; never for trust. */
    clientAddress: string;
    /** Which device is asking, on routes behind `requireDevice`. */
    deviceId: string;
  };
}
