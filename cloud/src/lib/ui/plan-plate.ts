/** What a club's logo stands on. Pure. */
import type { LogoGround } from '@padelvar/shared/logo';
import { planInk } from './plan-ink.ts';

const LIGHT = '#ffffff';
/** The pages' own ink. */
const DARK = '#0a1730';

/** `#rrggbb`. A light logo stands on the club's colour, where white is read on it. */
export function planPlate(ground: LogoGround, color: string | null): string {
  if (ground === 'light') return LIGHT;
  return color !== null && planInk(color) === 'white' ? color : DARK;
}
