import type { App as Portal } from '#lib/server/app.ts';
import type { Caller } from '#lib/server/auth/caller.ts';

declare global {
  namespace App {
    interface Locals {
      /** Who is asking; undefined where nobody is logged in. */
      caller: Caller | undefined;
      portal: Portal;
    }
  }
}
