/** The mail service of an installation, from its environment. Without one the portal sends no mail and needs none. */
import { AppError } from '@padelvar/shared/errors';
import { z } from 'zod';

export interface MailSettings {
  /** `smtp://` or `smtps://`, with credentials where the service wants them. Never to be logged. */
  url: string;
  /** What stands in `From`. */
  from: { name: string; address: string };
}

/** The variables, for the one schema of the whole environment. */
export const MAIL_ENVIRONMENT = {
  PADELVAR_SMTP_URL: z
    .url({
      protocol: /^smtps?$/,
      error: 'expected an address such as smtps://user:password@mail.example:465',
    })
    .optional(),
  PADELVAR_MAIL_FROM: z
    .string()
    .refine(
      (text) => parseSender(text) !== undefined,
      'expected an address such as Club <video@club.example>',
    )
    .optional(),
};

type Given = z.infer<z.ZodObject<typeof MAIL_ENVIRONMENT>>;

/** Throws `bad_request` where one is missing beside the other. */
export function parseMailSettings(given: Given): MailSettings | undefined {
  const { PADELVAR_SMTP_URL: url, PADELVAR_MAIL_FROM: sender } = given;
  if (url === undefined && sender === undefined) return undefined;
  const from = parseSender(sender ?? '');
  if (url !== undefined && from !== undefined) return { url, from };
  throw new AppError('bad_request', 'PADELVAR_SMTP_URL and PADELVAR_MAIL_FROM go together; one is missing');
}

function parseSender(text: string): MailSettings['from'] | undefined {
  const named = /^([^<>"\r\n]*)<([^<>\s]+)>$/.exec(text.trim());
  const address = named?.[2] ?? text.trim();
  if (!z.email().safeParse(address).success) return undefined;
  return { name: named?.[1]?.trim() ?? 'PadelVar', address };
}
