/** How many connections one address may hold: few that are still unknown, more that have proved who they are. */

export interface ConnectionLimits {
  /** Connections per address that have not been accepted yet. */
  pendingPerAddress: number;
  /** All connections per address; clubs behind one proxy share an address. */
  perAddress: number;
}

export interface ConnectionSlot {
  accept(): void;
  release(): void;
}

export interface ConnectionLimit {
  /** A slot, or undefined where the address has too many. */
  take(address: string): ConnectionSlot | undefined;
}

export function createConnectionLimit(limits: ConnectionLimits): ConnectionLimit {
  const counts = new Map<string, { pending: number; all: number }>();
  return {
    take(address) {
      const count = counts.get(address) ?? { pending: 0, all: 0 };
      if (count.pending >= limits.pendingPerAddress || count.all >= limits.perAddress) return undefined;
      count.pending += 1;
      count.all += 1;
      counts.set(address, count);
      let state: 'pending' | 'accepted' | 'released' = 'pending';
      return {
        accept() {
          if (state !== 'pending') return;
          state = 'accepted';
          count.pending -= 1;
        },
        release() {
          if (state === 'released') return;
          if (state === 'pending') count.pending -= 1;
          state = 'released';
          count.all -= 1;
          if (count.all === 0) counts.delete(address);
        },
      };
    },
  };
}
