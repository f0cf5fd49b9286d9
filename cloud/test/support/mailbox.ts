/** A mail service for tests: SMTP on a free port of this machine, which keeps what it is sent. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { vi } from 'vitest';

export interface ReceivedMail {
  to: string[];
  /** Header lines, unfolded. */
  headers: string[];
  /** The parts, decoded: plain text, then HTML. */
  text: string;
  html: string;
}

export interface Mailbox {
  readonly settings: { url: string; from: { name: string; address: string } };
  readonly mails: ReceivedMail[];
  /** Refuses everything with this answer until it is undefined again. */
  refuseWith(responseCode: number | undefined): void;
  /** Connections so far. */
  readonly attempts: number;
  /** The newest mail to an address, once there is one past the first `after` of its mails. */
  waitFor(to: string, after?: number): Promise<ReceivedMail>;
  close(): Promise<void>;
}

export async function openMailbox(): Promise<Mailbox> {
  const mails: ReceivedMail[] = [];
  let refusal: number | undefined;
  let attempts = 0;
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onRcptTo(_address, _session, callback) {
      attempts += 1;
      if (refusal === undefined) callback();
      else callback(Object.assign(new Error('refused by the test'), { responseCode: refusal }));
    },
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const to = session.envelope.rcptTo.map(({ address }) => address);
        mails.push(parseMail(to, Buffer.concat(chunks).toString('utf8')));
        callback();
      });
    },
  });
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  const of = (to: string): ReceivedMail[] => mails.filter((mail) => mail.to.includes(to));
  return {
    settings: {
      url: `smtp://127.0.0.1:${String(port)}`,
      from: { name: 'PadelVar', address: 'video@portal.test' },
    },
    mails,
    refuseWith(responseCode) {
      refusal = responseCode;
    },
    get attempts() {
      return attempts;
    },
    async waitFor(to, after = 0) {
      return vi.waitFor(
        () => {
          const newest = of(to).at(-1);
          if (newest === undefined || of(to).length <= after) throw new Error(`no mail to ${to}`);
          return newest;
        },
        { timeout: 15_000, interval: 20 },
      );
    },
    async close() {
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** The path and token of the one link in a mail. */
export function linkIn({ text }: ReceivedMail): string {
  const found = /^https?:\/\/\S+$/m.exec(text)?.[0];
  if (found === undefined) throw new Error(`no link in ${text}`);
  return found;
}

function parseMail(to: string[], raw: string): ReceivedMail {
  const [head = '', ...rest] = raw.split('\r\n\r\n');
  const headers = unfold(head);
  const boundary = /boundary="([^"]+)"/.exec(head)?.[1] ?? '';
  const [, text = '', html = ''] = rest.join('\r\n\r\n').split(`--${boundary}`);
  return { to, headers, text: decodePart(text), html: decodePart(html) };
}

function unfold(head: string): string[] {
  return head.replace(/\r\n[ \t]/g, ' ').split('\r\n');
}

function decodePart(part: string): string {
  const [head = '', ...rest] = part.split('\r\n\r\n');
  const body = rest.join('\r\n\r\n');
  if (/base64/i.test(head)) return Buffer.from(body, 'base64').toString('utf8');
  if (!/quoted-printable/i.test(head)) return body.replaceAll('\r\n', '\n');
  const bytes = body
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8').replaceAll('\r\n', '\n');
}
