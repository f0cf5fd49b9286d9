/** Switches faults over HTTP while the courts run; on this machine only. */
import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { AppError, formatProblem, PROBLEM_CONTENT_TYPE } from '@padelvar/shared/errors';
import { Hono } from 'hono';
import type { SimulatedCourt } from './court.ts';
import { Fault } from './fault.ts';
import { createListener } from './listener.ts';

export interface Control {
  readonly url: string;
  close(): Promise<void>;
}

const HOST = '127.0.0.1';

/** `POST /courts/<n>/fault` with a Fault as JSON; `GET /courts` tells how they are. AppError('conflict') on a taken port. */
export async function openControl(courts: readonly SimulatedCourt[], port: number): Promise<Control> {
  const answer = getRequestListener(createControlApp(courts).fetch);
  const server = createServer((request, response) => void answer(request, response));
  const listener = createListener(server, HOST, port);
  await listener.open();
  return {
    url: `http://${HOST}:${String(listener.port)}`,
    async close() {
      await listener.shut();
      listener.drop();
    },
  };
}

function createControlApp(courts: readonly SimulatedCourt[]): Hono {
  const app = new Hono();
  app.onError((error, context) => {
    const problem = formatProblem(error);
    return context.body(JSON.stringify(problem), problem.status as 400, {
      'Content-Type': PROBLEM_CONTENT_TYPE,
    });
  });
  app.get('/courts', (context) =>
    context.json(
      courts.map((court, index) => ({
        court: index + 1,
        kind: court.kind,
        port: court.port,
        connections: court.connections(),
      })),
    ),
  );
  app.post('/courts/:number/fault', async (context) => {
    const court = getCourt(courts, context.req.param('number'));
    requireJson(context.req.header('content-type'));
    const fault = Fault.parse(await context.req.json().catch(() => undefined));
    await court.setFault(fault);
    return context.json(fault);
  });
  return app;
}

function getCourt(courts: readonly SimulatedCourt[], number: string): SimulatedCourt {
  const court = courts[Number(number) - 1];
  if (court !== undefined) return court;
  throw new AppError('not_found', `expected a court from 1 to ${String(courts.length)}, found ${number}`);
}

/** A web page can't send this type to us without asking first, and we don't answer that. */
function requireJson(contentType = ''): void {
  if (contentType.split(';')[0]?.trim() === 'application/json') return;
  throw new AppError('bad_request', 'expected Content-Type: application/json', { field: 'content-type' });
}
