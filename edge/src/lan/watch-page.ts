/** The page on which a match is watched at the club, before it is in the library. Pure. */
import type { Locale } from '@padelvar/shared/locale';
import { formatPage } from './page-shell.ts';

export interface WatchPage {
  sessionId: string;
  /** Address of the movie, relative to the page. */
  source: string;
  isRunning: boolean;
  language: Locale;
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
  const content = `<video controls playsinline autoplay muted preload="metadata" src="${source}"></video>
<p>${isRunning ? text.running : text.local}</p>
${action}`;
  const page = { language, title: text.title, nonce, content };
  return formatPage(isRunning ? { ...page, script: GO_ON } : page);
}
