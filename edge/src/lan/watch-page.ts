/** The page on which a match is watched at the club, before it is in the library. Pure. */

export interface WatchPage {
  sessionId: string;
  /** Address of the movie, relative to the page. */
  source: string;
  isRunning: boolean;
  language: keyof typeof TEXTS;
  /** Of the page's one script and one style. */
  nonce: string;
}

const TEXTS = {
  en: {
    title: 'Your match',
    local: 'Straight from the club’s recorder: stay on its Wi-Fi. The video goes to your library by itself.',
    running: 'The match is still being recorded. You see it from its beginning up to now.',
    download: 'Download',
    more: 'Show what was recorded since',
  },
  fr: {
    title: 'Votre match',
    local:
      'Directement depuis l’enregistreur du club : restez sur son Wi-Fi. La vidéo rejoint votre bibliothèque toute seule.',
    running: 'Le match est encore en cours d’enregistrement. Vous le voyez du début jusqu’à maintenant.',
    download: 'Télécharger',
    more: 'Voir la suite',
  },
  es: {
    title: 'Tu partido',
    local: 'Directamente desde el grabador del club: sigue en su Wi-Fi. El vídeo llega solo a tu biblioteca.',
    running: 'El partido aún se está grabando. Lo ves desde el principio hasta ahora.',
    download: 'Descargar',
    more: 'Ver lo que se ha grabado desde entonces',
  },
} as const;

/** The first of the header's languages that there is. */
export function chooseLanguage(accepted: string | undefined): WatchPage['language'] {
  const wanted = (accepted ?? '').split(',').map((one) => one.trim().slice(0, 2).toLowerCase());
  return wanted.find((one): one is WatchPage['language'] => Object.hasOwn(TEXTS, one)) ?? 'en';
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

/** At the end of what there was, the page shows what was recorded since, at the same place. */
const GO_ON = `
  const video = document.querySelector('video');
  const at = Number(new URLSearchParams(location.hash.slice(1)).get('t'));
  if (at > 0) video.addEventListener('loadedmetadata', () => { video.currentTime = at; }, { once: true });
  const goOn = () => { location.hash = 't=' + Math.max(0, video.currentTime - 1); location.reload(); };
  video.addEventListener('ended', goOn);
  document.querySelector('[data-more]').addEventListener('click', (event) => { event.preventDefault(); goOn(); });
`;

export function formatWatchPage({ sessionId, source, isRunning, language, nonce }: WatchPage): string {
  const text = TEXTS[language];
  const action = isRunning
    ? `<a href="" data-more>${text.more}</a>`
    : `<a href="${sessionId}/movie.mp4?download=1" download>${text.download}</a>`;
  const script = isRunning ? `<script nonce="${nonce}">${GO_ON}</script>` : '';
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text.title}</title>
<style nonce="${nonce}">${STYLE}</style>
</head>
<body>
<main>
<h1>${text.title}</h1>
<video controls playsinline autoplay muted preload="metadata" src="${source}"></video>
<p>${isRunning ? text.running : text.local}</p>
${action}
</main>
${script}
</body>
</html>
`;
}
