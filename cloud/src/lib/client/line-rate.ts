/** What uploads may take of a club's line, as people type and read it: Mbit/s. Pure. */
import { EdgeSettings } from '@padelvar/shared/link';

const Ceiling = EdgeSettings.shape.uplinkKbitPerSecond.unwrap();

/** kbit/s; null for an empty field, undefined for what is none that a device takes. A comma counts as a point. */
export function parseLineRate(text: string): number | null | undefined {
  const typed = text.trim().replace(',', '.');
  if (typed === '') return null;
  if (!/^\d{1,5}(\.\d{1,3})?$/.test(typed)) return undefined;
  return Ceiling.safeParse(Math.round(Number(typed) * 1000)).data;
}

/** As it is typed. */
export function formatTyped(kbitPerSecond: number | null | undefined): string {
  return kbitPerSecond == null ? '' : String(kbitPerSecond / 1000);
}

/** `7.5 Mbit/s`, in the language given. */
export function formatLineRate(kbitPerSecond: number, locale: string): string {
  const megabits = kbitPerSecond / 1000;
  const maximumFractionDigits = megabits < 1 ? 3 : megabits < 10 ? 1 : 0;
  return `${new Intl.NumberFormat(locale, { maximumFractionDigits }).format(megabits)} Mbit/s`;
}
