/** The daemon's own log: JSON lines on standard error, camera credentials masked wherever they stand. */
import pino from 'pino';
import { redactText } from './redact.ts';

export type Logger = Pick<pino.Logger, 'debug' | 'info' | 'warn' | 'error' | 'child'>;

export function createLogger(level = 'info'): Logger {
  const stream = { write: (line: string) => void process.stderr.write(redactText(line)) };
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, stream);
}

export const silentLogger: Logger = pino({ level: 'silent' });
