/** Why a match is not shown on the club's network, and what to do, for whoever came by a link. Pure. */
import type { ErrorKind } from '@padelvar/shared/errors';
import type { Locale } from '@padelvar/shared/locale';
import { formatPage } from './page-shell.ts';

export interface WatchRefusal {
  kind: ErrorKind;
  language: Locale;
  nonce: string;
  /** Of the match in the portal, or of the portal. */
  portalUrl: string | undefined;
}

interface Words {
  title: string;
  text: string;
}

interface Texts {
  over: Words;
  gone: Words;
  early: Words;
  trouble: Words;
  portal: string;
}

const TEXTS: Record<Locale, Texts> = {
  en: {
    over: {
      title: 'This link is over',
      text: 'A link opens one match, and for 15 minutes only. Open the match in the portal and tap there again to watch it at the club.',
    },
    gone: {
      title: 'This match is not here any more',
      text: 'The club’s recorder has brought it to your library. Watch it in the portal.',
    },
    early: {
      title: 'There is nothing to see yet',
      text: 'The match has only just begun. Wait some seconds and load this page again.',
    },
    trouble: {
      title: 'This does not work at the moment',
      text: 'The recording itself goes on. Open the match in the portal and try again from there.',
    },
    portal: 'Open the portal',
  },
  fr: {
    over: {
      title: 'Ce lien a expiré',
      text: 'Un lien ouvre un seul match, et pendant 15 minutes seulement. Ouvrez le match sur le portail et touchez-y de nouveau le bouton pour le regarder au club.',
    },
    gone: {
      title: 'Ce match n’est plus ici',
      text: 'L’enregistreur du club l’a transféré dans votre bibliothèque. Regardez-le sur le portail.',
    },
    early: {
      title: 'Il n’y a encore rien à voir',
      text: 'Le match vient de commencer. Attendez quelques secondes et rechargez cette page.',
    },
    trouble: {
      title: 'Cela ne fonctionne pas pour le moment',
      text: 'L’enregistrement continue. Ouvrez le match sur le portail et réessayez de là.',
    },
    portal: 'Ouvrir le portail',
  },
  es: {
    over: {
      title: 'Este enlace ha caducado',
      text: 'Un enlace abre un solo partido, y solo durante 15 minutos. Abre el partido en el portal y vuelve a tocar allí el botón para verlo en el club.',
    },
    gone: {
      title: 'Este partido ya no está aquí',
      text: 'El grabador del club lo ha llevado a tu biblioteca. Míralo en el portal.',
    },
    early: {
      title: 'Todavía no hay nada que ver',
      text: 'El partido acaba de empezar. Espera unos segundos y vuelve a cargar esta página.',
    },
    trouble: {
      title: 'Ahora mismo no funciona',
      text: 'La grabación sigue. Abre el partido en el portal y prueba otra vez desde allí.',
    },
    portal: 'Abrir el portal',
  },
};

export function formatWatchRefusal({ kind, language, nonce, portalUrl }: WatchRefusal): string {
  const texts = TEXTS[language];
  const { title, text } = texts[sortOf(kind)];
  const link = portalUrl === undefined ? '' : `\n<a href="${portalUrl}">${texts.portal}</a>`;
  return formatPage({ language, title, nonce, content: `<p>${text}</p>${link}` });
}

function sortOf(kind: ErrorKind): Exclude<keyof Texts, 'portal'> {
  if (kind === 'unauthenticated' || kind === 'bad_request') return 'over';
  if (kind === 'not_found' || kind === 'gone') return 'gone';
  return kind === 'not_ready' ? 'early' : 'trouble';
}
