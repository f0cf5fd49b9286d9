/** The portal's log: JSON lines on standard error, credentials inside addresses masked wherever they stand. */
import pino from 'pino';

export type Logger = Pick<pino.Logger, 'debug' | 'info' | 'warn' | 'error' | 'child'>;

const CREDENTIALS = /([a-z][a-z0-9+.-]{1,15}:\/\/)[^\s/@'"<>]*(?:@[^\s/@'"<>]*)*@/gi;

export function createLogger(level = 'info'): Logger {
  const write = (line: string): void => void process.stderr.write(line.replace(CREDENTIALS, '$1***@'));
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, { write });
}

export const silentLogger: Logger = pino({ level: 'silent' });
