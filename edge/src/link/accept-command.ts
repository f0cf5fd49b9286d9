/** Which commands are carried out: each once, none after its time, none while portal time is not known. */
import type { Command } from '@padelvar/shared/link';

export type CommandDecision = 'run' | 'repeated' | 'expired' | 'time-unknown';

export interface CommandGate {
  decide(command: Command, portalNowMs: number | undefined): CommandDecision;
}

const MAX_REMEMBERED = 1_000;

export function createCommandGate(): CommandGate {
  const seen = new Set<string>();
  return {
    decide({ commandId, expiresAt }, portalNowMs) {
      if (seen.has(commandId)) return 'repeated';
      if (portalNowMs === undefined) return 'time-unknown';
      if (portalNowMs >= expiresAt) return 'expired';
      const [oldest] = seen;
      if (seen.size >= MAX_REMEMBERED && oldest !== undefined) seen.delete(oldest);
      seen.add(commandId);
      return 'run';
    },
  };
}
