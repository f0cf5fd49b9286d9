/** Whether a device is there: decided from what it said last, never from a connection alone. */
import { PRESENCE_LEASE_SECONDS } from '@padelvar/shared/limits';
import type { Presence } from '@padelvar/shared/link';

export interface KnownPresence {
  /** Of the connection that said last that it is there. */
  epoch: number;
  online: number;
}

/** What a presence message changes, or undefined where it is the will of an older connection. */
export function decidePresence(known: KnownPresence, said: Presence): KnownPresence | undefined {
  if (!said.online && said.epoch < known.epoch) return undefined;
  return { epoch: said.epoch, online: said.online ? 1 : 0 };
}

/** Online means connected, and heard of within the lease. */
export function isPresent(device: { online: number; last_seen_at: number | null }, nowMs: number): boolean {
  return (
    device.online === 1 &&
    device.last_seen_at !== null &&
    nowMs - device.last_seen_at < PRESENCE_LEASE_SECONDS * 1000
  );
}
