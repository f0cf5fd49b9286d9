/** `padelvar-edge run`: the daemon, until SIGINT or SIGTERM, or until support asks for a restart. */
import { MAX_LOG_LINES } from '@padelvar/shared/device-answers';
import { createEdge } from '../app.ts';
import { createLogger } from '../base/log.ts';
import { createRecentLines } from '../base/recent-lines.ts';
import { parseSettings } from '../settings.ts';

/** An end that hangs is broken off, as systemd does it to one that it asked for. */
const MOST_END_MS = 20_000;

export async function runDaemon(): Promise<void> {
  const configuration = parseSettings(process.env);
  const recent = createRecentLines(MAX_LOG_LINES);
  const logger = createLogger(configuration.logLevel, (line) => recent.add(line));
  const asked = Promise.withResolvers<'restart'>();
  const edge = await createEdge(configuration, logger, {
    recentLines: () => recent.list(),
    onRestart: () => asked.resolve('restart'),
  });
  const cause = await Promise.race([waitForSignal(), asked.promise]);
  logger.info({ cause }, 'edge stops');
  setTimeout(() => process.exit(1), MOST_END_MS).unref();
  await edge.close();
}

function waitForSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(signal));
  });
}
