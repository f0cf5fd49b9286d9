/** The portal's settings, parsed once from the environment; a wrong one is an error that names it. */
import { resolve } from 'node:path';
import { AppError } from '@padelvar/shared/errors';
import { MQTT_TCP_PORT, PORTAL_PORT } from '@padelvar/shared/limits';
import { z } from 'zod';
import { DATABASE_URL_FORM, isDatabaseUrl } from './db/database-url.ts';
import type { MailSettings } from './mail/mail-settings.ts';
import { MAIL_ENVIRONMENT, parseMailSettings } from './mail/mail-settings.ts';
import type { S3Settings } from './storage/s3-client.ts';
import { parseS3Settings, S3_ENVIRONMENT } from './storage/s3-settings.ts';

export interface Settings {
  /** What browsers and devices call the portal, without a trailing slash. Links and cookies come from it alone. */
  origin: string;
  host: string;
  port: number;
  /** Database, objects and secrets. */
  dataDir: string;
  /** The PostgreSQL database; undefined for SQLite in the data folder. */
  databaseUrl: string | undefined;
  /** MQTT over TCP, without TLS and so on loopback whatever `host` says; 0 takes any free port. */
  mqttPort: number;
  /** The administrator to make at first start, where both are given. There is no default password. */
  firstAdmin: { email: string; password: string } | undefined;
  logLevel: string;
  /** Undefined: the portal sends no mail. */
  mail: MailSettings | undefined;
  /** Where movies are kept; undefined for the data folder. */
  s3: S3Settings | undefined;
  /** How long a link for watching lives: so long at most a bucket answers whose right was taken away. */
  playLinkSeconds: number;
}

/** A right that was taken away ends what is being watched within a minute. */
export const MAX_PLAY_LINK_SECONDS = 60;

const Port = z.coerce.number().int().min(0).max(65_535);

const Environment = z.object({
  PADELVAR_ORIGIN: z
    .string()
    .refine(isOrigin, 'expected an origin such as https://portal.example, without a path')
    .optional(),
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: Port.default(PORTAL_PORT),
  PADELVAR_DATA_DIR: z.string().min(1).default('.data/portal'),
  DATABASE_URL: z.string().refine(isDatabaseUrl, `expected ${DATABASE_URL_FORM}`).optional(),
  PADELVAR_MQTT_PORT: Port.default(MQTT_TCP_PORT),
  PADELVAR_ADMIN_EMAIL: z.email().optional(),
  PADELVAR_ADMIN_PASSWORD: z.string().min(8, 'expected at least 8 characters').max(128).optional(),
  PADELVAR_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  PADELVAR_PLAY_LINK_SECONDS: z.coerce.number().int().min(2).max(MAX_PLAY_LINK_SECONDS).default(45),
  ...MAIL_ENVIRONMENT,
  ...S3_ENVIRONMENT,
});

function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, origin } = new URL(text);
  return /^https?:$/.test(protocol) && origin === text.replace(/\/$/, '');
}

/** Throws `bad_request` naming each wrong variable. */
export function parseSettings(environment: Record<string, string | undefined>): Settings {
  const parsed = Environment.safeParse(withoutEmpty(environment));
  if (!parsed.success) throw new AppError('bad_request', formatIssues(parsed.error));
  const given = parsed.data;
  return {
    origin: new URL(given.PADELVAR_ORIGIN ?? `http://${given.HOST}:${given.PORT}`).origin,
    host: given.HOST,
    port: given.PORT,
    dataDir: resolve(given.PADELVAR_DATA_DIR),
    databaseUrl: given.DATABASE_URL,
    mqttPort: given.PADELVAR_MQTT_PORT,
    firstAdmin: firstAdminOf(given),
    logLevel: given.PADELVAR_LOG_LEVEL,
    mail: parseMailSettings(given),
    s3: parseS3Settings(given),
    playLinkSeconds: given.PADELVAR_PLAY_LINK_SECONDS,
  };
}

function firstAdminOf(given: z.infer<typeof Environment>): Settings['firstAdmin'] {
  const { PADELVAR_ADMIN_EMAIL: email, PADELVAR_ADMIN_PASSWORD: password } = given;
  if (email === undefined && password === undefined) return undefined;
  if (email !== undefined && password !== undefined) return { email, password };
  throw new AppError(
    'bad_request',
    'PADELVAR_ADMIN_EMAIL and PADELVAR_ADMIN_PASSWORD go together; one is missing',
  );
}

/** An empty variable counts as one that is not set. */
function withoutEmpty(environment: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter((entry): entry is [string, string] => (entry[1] ?? '') !== ''),
  );
}

function formatIssues(error: z.ZodError): string {
  return error.issues.map((issue) => `setting ${issue.path.join('.')}: ${issue.message}`).join('; ');
}
