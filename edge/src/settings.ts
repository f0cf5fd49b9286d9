/** The daemon's settings, from the environment. */
import { resolve } from 'node:path';
import { AppError } from '@padelvar/shared/errors';
import {
  DEFAULT_PRE_ROLL_SECONDS,
  EDGE_LAN_PORT,
  MAX_PRE_ROLL_SECONDS,
  ORPHAN_SESSION_SECONDS,
  PROXY_FIRST_PORT,
  PROXY_LAST_PORT,
} from '@padelvar/shared/limits';
import { z } from 'zod';

const Port = z.coerce.number().int().min(0).max(65535);

const Environment = z.object({
  PADELVAR_DATA_DIR: z.string().min(1).default('/var/lib/padelvar'),
  PADELVAR_FFMPEG: z.string().min(1).optional(),
  PADELVAR_LAN_HOST: z.union([z.ipv4(), z.literal('localhost')]).default('127.0.0.1'),
  PADELVAR_LAN_PORT: Port.default(EDGE_LAN_PORT),
  PADELVAR_PROXY_FIRST_PORT: Port.default(PROXY_FIRST_PORT),
  PADELVAR_PROXY_LAST_PORT: Port.default(PROXY_LAST_PORT),
  PADELVAR_ORPHAN_SECONDS: z.coerce.number().int().min(60).default(ORPHAN_SESSION_SECONDS),
  PADELVAR_PRE_ROLL_SECONDS: z.coerce
    .number()
    .int()
    .min(0)
    .max(MAX_PRE_ROLL_SECONDS)
    .default(DEFAULT_PRE_ROLL_SECONDS),
  PADELVAR_ENCODING_COURTS: z.coerce.number().int().min(0).max(1000).optional(),
  PADELVAR_SUPERVISED: z.enum(['yes', 'no']).default('no'),
  PADELVAR_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
});

export interface EdgeConfiguration {
  dataDir: string;
  ffmpegPath: string | undefined;
  /** Address to listen on: 0.0.0.0 opens the page to the club's network. */
  lanHost: string;
  lanPort: number;
  proxyPorts: { firstPort: number; lastPort: number };
  orphanSeconds: number;
  preRollSeconds: number;
  /** Courts that are encoded at once; undefined: as many as the processor is seen to carry. */
  encodingCourts: number | undefined;
  /** Something starts the daemon again whenever it ends. */
  isSupervised: boolean;
  logLevel: string;
}

/** Throws AppError `bad_request` that names the setting. */
export function parseSettings(environment: Record<string, string | undefined>): EdgeConfiguration {
  const parsed = Environment.safeParse(environment);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new AppError(
      'bad_request',
      `${issue?.path.join('.') ?? 'settings'}: ${issue?.message ?? 'expected valid settings'}`,
    );
  }
  const values = parsed.data;
  return {
    dataDir: resolve(values.PADELVAR_DATA_DIR),
    ffmpegPath: values.PADELVAR_FFMPEG,
    lanHost: values.PADELVAR_LAN_HOST,
    lanPort: values.PADELVAR_LAN_PORT,
    proxyPorts: { firstPort: values.PADELVAR_PROXY_FIRST_PORT, lastPort: values.PADELVAR_PROXY_LAST_PORT },
    orphanSeconds: values.PADELVAR_ORPHAN_SECONDS,
    preRollSeconds: values.PADELVAR_PRE_ROLL_SECONDS,
    encodingCourts: values.PADELVAR_ENCODING_COURTS,
    isSupervised: values.PADELVAR_SUPERVISED === 'yes',
    logLevel: values.PADELVAR_LOG_LEVEL,
  };
}
