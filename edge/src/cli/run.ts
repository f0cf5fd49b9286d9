/** `padelvar-edge run`: the daemon, until SIGINT or SIGTERM. */
import { createEdge } from '../app.ts';
import { createLogger } from '../base/log.ts';
import { parseSettings } from '../settings.ts';

export async function runDaemon(): Promise<void> {
  const configuration = parseSettings(process.env);
  const logger = createLogger(configuration.logLevel);
  const edge = await createEdge(configuration, logger);
  const signal = await waitForSignal();
  logger.info({ signal }, 'edge stops');
  await edge.close();
}

function waitForSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(signal));
  });
}
