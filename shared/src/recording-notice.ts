/**
 * What is said to whoever starts a recording. Each version of the text stays here, so that what was shown at a start can
 * be told years later: a changed text is a new version.
 */
import { z } from 'zod';

const TEXTS = {
  '2026-11': {
    en: 'Everyone on the court agrees to be filmed. Only you and those you let in see the video, and the club.',
    fr: 'Tous les joueurs sur le terrain acceptent d’être filmés. Seuls vous, ceux que vous acceptez et le club voient la vidéo.',
    es: 'Todos en la pista aceptan ser grabados. Solo tú, quienes aceptes y el club veis el vídeo.',
  },
} as const;

export type NoticeVersion = keyof typeof TEXTS;
export type NoticeLanguage = 'en' | 'fr' | 'es';

/** What a page says it has shown. */
export const ShownNotice = z.object({
  version: z.enum(Object.keys(TEXTS) as [NoticeVersion, ...NoticeVersion[]]),
  language: z.enum(['en', 'fr', 'es']),
});
export type ShownNotice = z.infer<typeof ShownNotice>;

/** The words of a version, or undefined for one that never was. */
export function findNotice(version: string, language: string): string | undefined {
  const shown = ShownNotice.safeParse({ version, language });
  return shown.success ? TEXTS[shown.data.version][shown.data.language] : undefined;
}
