/** Handing one message to the installation's mail service. */
import type { Locale } from '@padelvar/shared/locale';
import { createTransport } from 'nodemailer';
import { layOutHtml, layOutText } from './layout.ts';
import { writeLetter, type Letter } from './letters.ts';
import type { MailSettings } from './mail-settings.ts';

export interface Smtp {
  /** Throws nodemailer's error. The id is the message's for ever: a repeat is known as such. */
  send(message: { id: string; to: string; locale: Locale; letter: Letter }): Promise<void>;
  close(): void;
}

const TIMEOUT_MS = 20_000;

export function createSmtp({ url, from }: MailSettings): Smtp {
  const { protocol, hostname, username } = new URL(url);
  // A password goes over the network encrypted or not at all.
  const requireTLS = protocol === 'smtp:' && username !== '' && !LOOPBACK.has(hostname);
  const transport = createTransport({
    url,
    requireTLS,
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const domain = from.address.split('@')[1] ?? 'localhost';
  return {
    async send({ id, to, locale, letter }) {
      const written = writeLetter(letter, locale);
      await transport.sendMail({
        from,
        to: { name: '', address: to },
        subject: written.subject,
        text: layOutText(written),
        html: layOutHtml(written, locale),
        messageId: `<${id}@${domain}>`,
        headers: { 'auto-submitted': 'auto-generated', 'content-language': locale },
      });
    },
    close: () => transport.close(),
  };
}

const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost']);
