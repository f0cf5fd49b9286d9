/** The three languages of the pages, each by its own name. */
import type { Locale } from '#lib/paraglide/runtime.js';

export const LANGUAGE_NAMES: Record<Locale, string> = { en: 'English', fr: 'Français', es: 'Español' };
