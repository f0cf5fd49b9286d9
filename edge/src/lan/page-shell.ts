/** What the pages on the club's network have in common. Pure. */
import type { Locale } from '@padelvar/shared/locale';

export interface PageShell {
  language: Locale;
  title: string;
  /** Of the page's one script and one style. */
  nonce: string;
  /** HTML. */
  content: string;
  script?: string;
}

const LANGUAGES: readonly Locale[] = ['en', 'fr', 'es'];

/** The first of the header's languages that there is. */
export function chooseLanguage(accepted: string | undefined): Locale {
  const wanted = (accepted ?? '').split(',').map((one) => one.trim().slice(0, 2).toLowerCase());
  return wanted.flatMap((one) => LANGUAGES.filter((language) => language === one))[0] ?? 'en';
}

const STYLE = `
  :root { color-scheme: dark; }
  body { margin: 0; min-height: 100dvh; background: #0b1220; color: #e6edf7; font: 16px/1.5 system-ui, sans-serif; }
  main { max-width: 60rem; margin: 0 auto; padding: 1rem; display: grid; gap: 1rem; }
  h1 { font-size: 1.25rem; margin: 0; }
  video { width: 100%; aspect-ratio: 16 / 9; background: #000; border-radius: .75rem; }
  p { margin: 0; color: #b6c2d4; }
  a { justify-self: start; padding: .75rem 1.25rem; border-radius: .75rem; background: #c6f135; color: #101a05;
    font-weight: 600; text-decoration: none; }
  a:focus-visible { outline: 3px solid #fff; outline-offset: 2px; }
`;

export function formatPage({ language, title, nonce, content, script }: PageShell): string {
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style nonce="${nonce}">${STYLE}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${content}
</main>
${script === undefined ? '' : `<script nonce="${nonce}">${script}</script>`}
</body>
</html>
`;
}
