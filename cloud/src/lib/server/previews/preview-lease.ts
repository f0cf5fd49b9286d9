/**
 * Asking a device for frames: leases that are renewed while somebody watches, so that a device whose portal is gone
 * stops by itself. Commands may be lost (QoS 0): a lease is renewed at half of its life.
 */
import { PREVIEW_LEASE_SECONDS } from '@padelvar/shared/limits';
import type { Clock } from '../clock.ts';

export type PreviewKind = 'stream' | 'snapshot';
export type SendLease = (kind: PreviewKind, leaseSeconds: number) => void;

const LEASE_SECONDS = { stream: PREVIEW_LEASE_SECONDS, snapshot: 5 } as const;
/** Half of a stream's lease. */
export const RENEW_MS = (PREVIEW_LEASE_SECONDS * 1000) / 2;

export interface PreviewLease {
  /** Asks unless what was asked for lasts long enough. */
  ensure(kind: PreviewKind): void;
  /** Asks anew, whatever was asked for. */
  renew(kind: PreviewKind): void;
  remainingMs(): number;
}

export function createPreviewLease(clock: Pick<Clock, 'monotonicMs'>, send: SendLease): PreviewLease {
  const untilMs = { stream: -Infinity, snapshot: -Infinity };
  const remainingMs = (kind: PreviewKind): number => untilMs[kind] - clock.monotonicMs();
  const renew = (kind: PreviewKind): void => {
    untilMs[kind] = clock.monotonicMs() + LEASE_SECONDS[kind] * 1000;
    send(kind, LEASE_SECONDS[kind]);
  };
  return {
    renew,
    ensure(kind) {
      const lasting = kind === 'stream' ? remainingMs('stream') : longest();
      if (lasting < LEASE_SECONDS[kind] * 500) renew(kind);
    },
    remainingMs: () => Math.max(0, longest()),
  };

  function longest(): number {
    return Math.max(remainingMs('stream'), remainingMs('snapshot'));
  }
}
