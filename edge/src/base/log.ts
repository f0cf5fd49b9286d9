/** The daemon's own log: JSON lines on standard error, camera credentials masked wherever they stand. */
import pino from 'pino';
import { redactText } from './redact.ts';

export type Logger = Pick<pino.Logger, 'debug' | 'info' | 'warn' | 'error' | 'child'>;

/** `onLine` is told of each line as it is written. */
export function createLogger(level = 'info', onLine: (line: string) => void = () => undefined): Logger {
  const stream = {
    write(text: string) {
      const line = redactText(text);
      process.stderr.write(line);
      onLine(line);
    },
  };
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, stream);
}

export const silentLogger: Logger = pino({ level: 'silent' });
