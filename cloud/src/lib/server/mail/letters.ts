/**
 * What the portal writes to people, in the receiver's language: pure. The words are those of the messages, whose keys
 * begin with `mail_`.
 */
import type { Locale } from '@padelvar/shared/locale';
import en from '../../../../messages/en.json' with { type: 'json' };
import es from '../../../../messages/es.json' with { type: 'json' };
import fr from '../../../../messages/fr.json' with { type: 'json' };

export type Letter =
  | { kind: 'login'; url: string }
  | { kind: 'verify'; name: string; url: string }
  | { kind: 'reset'; name: string; url: string }
  | { kind: 'address'; name: string; url: string }
  /** To the former address. */
  | { kind: 'address_changed'; name: string; email: string }
  | { kind: 'password_changed'; name: string; url: string }
  | { kind: 'invitation'; by: string; club: string; url: string }
  /** The day is said by its date: a letter may be late. */
  | { kind: 'expiring'; court: string; club: string; at: string; day: string; url: string }
  | { kind: 'ready'; court: string; club: string; at: string; url: string }
  /** To whom a match was given. */
  | { kind: 'handed_over'; court: string; club: string; at: string; url: string }
  /** Somebody who is in a video objects. To the match's owner. */
  | { kind: 'objection_hidden'; court: string; club: string; at: string; until: string; url: string }
  /** To whoever decides. */
  | { kind: 'objection_decide'; court: string; club: string; at: string; until: string; url: string }
  /** To whoever decides, where it hides nothing. */
  | { kind: 'objection_again'; court: string; club: string; at: string; url: string }
  /** To the match's owner: what became of it. */
  | {
      kind: `objection_${'kept' | 'deleted' | 'lapsed'}`;
      court: string;
      club: string;
      at: string;
      url: string;
    };

/** Ready to be laid out. */
export interface WrittenLetter {
  subject: string;
  lines: string[];
  button: { label: string; url: string } | undefined;
  footer: string;
}

/** The other words, some of them in the forms of a number, are the pages'. */
type Messages = Pick<typeof en, Extract<keyof typeof en, `mail_${string}`>>;
const MESSAGES: Record<Locale, Messages> = { en, fr, es };

/** An instant as the club's clock shows it, in words. */
export function formatMatchTime(atMs: number, timeZone: string, locale: Locale): string {
  return new Intl.DateTimeFormat(locale, { timeZone, dateStyle: 'long', timeStyle: 'short' }).format(atMs);
}

/** The day of an instant there. */
export function formatMatchDay(atMs: number, timeZone: string, locale: Locale): string {
  return new Intl.DateTimeFormat(locale, { timeZone, dateStyle: 'long' }).format(atMs);
}

export function writeLetter(letter: Letter, locale: Locale): WrittenLetter {
  const values: Record<string, string> = { ...letter };
  const word = (key: keyof Messages): string => fill(MESSAGES[locale][key], values);
  const { subject, lines, button } = KEYS[letter.kind];
  return {
    subject: word(subject),
    lines: lines.map(word),
    button: button !== undefined && 'url' in letter ? { label: word(button), url: letter.url } : undefined,
    footer: word('mail_footer'),
  };
}

/** Values are put in at once, so that braces inside a name stay what they are; line breaks in one become spaces. */
function fill(text: string, values: Record<string, string>): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => oneLine(values[name] ?? ''));
}

// eslint-disable-next-line no-control-regex -- they are what must not get into a header
const CONTROL = /[\u0000-\u001f\u007f\u0085\u2028\u2029]+/g;

function oneLine(text: string): string {
  return text.replace(CONTROL, ' ').trim();
}

interface Keys {
  subject: keyof Messages;
  lines: (keyof Messages)[];
  button?: keyof Messages;
}

const KEYS: Record<Letter['kind'], Keys> = {
  login: {
    subject: 'mail_login_subject',
    lines: ['mail_login_text', 'mail_once'],
    button: 'mail_login_button',
  },
  verify: {
    subject: 'mail_verify_subject',
    lines: ['mail_hello', 'mail_verify_text'],
    button: 'mail_verify_button',
  },
  reset: {
    subject: 'mail_reset_subject',
    lines: ['mail_hello', 'mail_reset_text', 'mail_once'],
    button: 'mail_reset_button',
  },
  address: {
    subject: 'mail_address_subject',
    lines: ['mail_hello', 'mail_address_text'],
    button: 'mail_address_button',
  },
  address_changed: {
    subject: 'mail_address_changed_subject',
    lines: ['mail_hello', 'mail_address_changed_text'],
  },
  password_changed: {
    subject: 'mail_password_changed_subject',
    lines: ['mail_hello', 'mail_password_changed_text'],
    button: 'mail_password_changed_button',
  },
  invitation: {
    subject: 'mail_invitation_subject',
    lines: ['mail_invitation_text'],
    button: 'mail_invitation_button',
  },
  expiring: {
    subject: 'mail_expiring_subject',
    lines: ['mail_expiring_text'],
    button: 'mail_expiring_button',
  },
  ready: {
    subject: 'mail_ready_subject',
    lines: ['mail_ready_text', 'mail_ready_why'],
    button: 'mail_ready_button',
  },
  handed_over: {
    subject: 'mail_handed_over_subject',
    lines: ['mail_handed_over_text', 'mail_handed_over_rights'],
    button: 'mail_expiring_button',
  },
  objection_hidden: {
    subject: 'mail_objection_hidden_subject',
    lines: ['mail_objection_text', 'mail_objection_hidden_until', 'mail_objection_hidden_do'],
    button: 'mail_objection_match_button',
  },
  objection_decide: {
    subject: 'mail_objection_decide_subject',
    lines: ['mail_objection_text', 'mail_objection_decide_until', 'mail_objection_decide_do'],
    button: 'mail_objection_decide_button',
  },
  objection_again: {
    subject: 'mail_objection_again_subject',
    lines: ['mail_objection_text', 'mail_objection_again_seen', 'mail_objection_again_do'],
    button: 'mail_objection_decide_button',
  },
  objection_kept: {
    subject: 'mail_objection_shown_subject',
    lines: ['mail_objection_kept_text', 'mail_objection_shown_again'],
    button: 'mail_objection_match_button',
  },
  objection_lapsed: {
    subject: 'mail_objection_shown_subject',
    lines: ['mail_objection_lapsed_text', 'mail_objection_shown_again'],
    button: 'mail_objection_match_button',
  },
  objection_deleted: {
    subject: 'mail_objection_deleted_subject',
    lines: ['mail_objection_deleted_text', 'mail_objection_deleted_ask'],
    button: 'mail_objection_receipt_button',
  },
};
