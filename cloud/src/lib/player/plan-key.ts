/** Which key does what while a movie is watched; the keys that people know from other players. Pure. */

export type PlayerCommand =
  | { kind: 'toggle' | 'fullscreen' | 'mute' }
  | { kind: 'skip'; seconds: number }
  | { kind: 'step'; frames: 1 | -1 }
  | { kind: 'rate'; direction: 1 | -1 }
  /** A share of the whole, 0 to 1. */
  | { kind: 'jump'; share: number };

const COMMANDS: Record<string, PlayerCommand> = {
  ' ': { kind: 'toggle' },
  k: { kind: 'toggle' },
  f: { kind: 'fullscreen' },
  m: { kind: 'mute' },
  ArrowLeft: { kind: 'skip', seconds: -5 },
  ArrowRight: { kind: 'skip', seconds: 5 },
  j: { kind: 'skip', seconds: -10 },
  l: { kind: 'skip', seconds: 10 },
  ',': { kind: 'step', frames: -1 },
  '.': { kind: 'step', frames: 1 },
  '<': { kind: 'rate', direction: -1 },
  '>': { kind: 'rate', direction: 1 },
  Home: { kind: 'jump', share: 0 },
  End: { kind: 'jump', share: 1 },
};

export interface PressedKey {
  key: string;
  altKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  /** The player has the focus: else letters, digits and signs may be words that somebody dictates (WCAG 2.1.4). */
  inPlayer: boolean;
}

/** Undefined for a key that is not the player's. */
export function planKey({ key, altKey, ctrlKey, metaKey, inPlayer }: PressedKey): PlayerCommand | undefined {
  if (altKey || ctrlKey || metaKey) return undefined;
  if (!inPlayer && key.length === 1 && key !== ' ') return undefined;
  if (/^\d$/.test(key)) return { kind: 'jump', share: Number(key) / 10 };
  return COMMANDS[key.length === 1 ? key.toLowerCase() : key];
}
