// The portal's HTTP server around the built application. It touches the connection only: where requests come from,
// time limits, upgrades, the end. It imports no module of the application, or there would be two of everything.
import { once } from 'node:events';
import { createServer } from 'node:http';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';

const SHUTDOWN_MS = 5_000;
/** A connection without a byte for this long is closed; streams and slow uploads send more often. */
const IDLE_MS = 120_000;

process.env.HOST ||= '127.0.0.1';
process.env.PORT ||= '5173';
const { HOST: host, PORT: port } = process.env;

// The application's address is `PADELVAR_ORIGIN`, whatever a request's Host says: it is written into two private
// headers that the adapter reads instead.
const HOST_HEADER = 'x-padelvar-origin-host';
const PROTOCOL_HEADER = 'x-padelvar-origin-protocol';
Object.assign(process.env, { HOST_HEADER, PROTOCOL_HEADER, PORT_HEADER: '', BODY_SIZE_LIMIT: '6M' });

main().catch(fail);

async function main() {
  // Loading the build starts the application, which checks its settings.
  const { handler } = await import('./build/handler.js');
  const app = globalThis[Symbol.for('padelvar.app')];
  const origin = new URL(process.env.PADELVAR_ORIGIN || `http://${host}:${port}`);

  const waiting = new Set();
  const server = createServer((request, response) => {
    waiting.add(response);
    response.once('close', () => waiting.delete(response));
    request.headers[HOST_HEADER] = origin.host;
    request.headers[PROTOCOL_HEADER] = origin.protocol.slice(0, -1);
    handler(request, response, () => response.writeHead(404).end());
  });
  server.requestTimeout = 0;
  server.timeout = IDLE_MS;
  server.keepAliveTimeout = 65_000;
  server.on('upgrade', (request, socket, head) => app.handleUpgrade(request, socket, head));
  server.on('error', (error) => close(app, server, waiting).finally(() => fail(explain(error))));
  server.listen(Number(port), host, () => {
    process.stdout.write(`PadelVar portal: ${origin.origin} (listening on ${host}:${port})\n`);
  });
  for (const signal of ['SIGTERM', 'SIGINT']) {
    process.once(signal, () => close(app, server, waiting).then(() => process.exit(0), fail));
  }
}

/** Takes no more, ends what goes on for ever, lets who waits have an answer, then ends the application. */
async function close(app, server, waiting) {
  const ended = new Promise((resolve) => (server.listening ? server.close(resolve) : resolve()));
  app.endStreams();
  const answered = [...waiting].map((response) => once(response, 'close'));
  await Promise.race([Promise.all(answered), delay(SHUTDOWN_MS, undefined, { ref: false })]);
  await app.close();
  server.closeAllConnections();
  await ended;
}

function explain(error) {
  if (error.code !== 'EADDRINUSE') return error;
  return new Error(`port ${port} on ${host} is taken: set PORT to a free one`);
}

function fail(error) {
  process.stderr.write(`portal: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
