/** What every handler of the API finds in its context. */
import type { Caller } from '../auth/caller.ts';
import type { Guest } from '../auth/guest.ts';

export interface ApiEnv {
  /** What whoever mounts the API says of the connection. */
  Bindings: { clientAddress?: string };
  Variables: {
    /** Undefined where nobody is logged in. */
    caller: Caller | undefined;
    /** The browser's guest; undefined where it has recorded nothing without an account. */
    guest: Guest | undefined;
    /** What the browser had recorded as a guest and is the caller's since this request. */
    claimed: string[];
    /** A `Set-Cookie` line that goes out with the answer, an error's too. */
    guestCookie: string | undefined;
    /** Address or network of the peer, for limits; never for trust. */
    clientAddress: string;
    /** Which device is asking, on routes behind `requireDevice`. */
    deviceId: string;
  };
}
