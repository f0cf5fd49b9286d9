/** What a session's proxy answers: the live stream, the newest picture, its health. */
import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { AppError } from '@padelvar/shared/errors';
import { Hono, type Context } from 'hono';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { formatErrorResponse, requireOwnHost } from '../base/loopback-http.ts';
import { PACED_FPS } from '../camera/ffmpeg-input.ts';
import type { FrameHub } from './frame-hub.ts';
import { streamNewest, streamPaced } from './mjpeg-stream.ts';
import type { PacedRun } from './paced-run.ts';

export interface ProxyRoutesOptions {
  sessionId: string;
  hub: FrameHub;
  clock: Clock;
  log: Logger;
  health: () => Record<string, unknown>;
  /** What the recorder is owed. */
  run: PacedRun;
  /** Ends all streams. */
  signal: AbortSignal;
}

/** More viewers than a court ever has on its own machine. */
const MAX_VIEWERS = 32;
/** A decoder that has to start first gives its picture after some 200 ms. */
const SNAPSHOT_MS = 2_000;

type ProxyContext = Context<{ Bindings: HttpBindings }>;

export function createProxyRoutes(options: ProxyRoutesOptions): Hono<{ Bindings: HttpBindings }> {
  const { hub, sessionId, health } = options;
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.onError((error) => formatErrorResponse(error));
  app.notFound(() => formatErrorResponse(new AppError('not_found', 'The proxy has no such address.')));
  app.use(async (context, next) => {
    requireOwnHost(context.req.header('host'));
    if (context.req.raw.method !== 'GET') return context.body(null, 405, { allow: 'GET' });
    await next();
    return undefined;
  });
  app.get('/stream.mjpg', (context) => openStream(context, options));
  app.get('/snapshot.jpg', () => takeSnapshot(hub, options.clock, options.signal));
  app.get('/health', (context) => {
    const ageMs = hub.latest()?.ageMs;
    const frameAgeMs = ageMs === undefined ? null : Math.round(ageMs);
    return context.json({ sessionId, viewers: hub.watched.count, frameAgeMs, ...health() });
  });
  return app;
}

/** From memory where somebody took one lately, else out of the part's newest keyframe. */
async function takeSnapshot(hub: FrameHub, clock: Clock, signal: AbortSignal): Promise<Response> {
  const release = hub.wanted.join();
  const late = new AbortController();
  const cancel = clock.setTimer(SNAPSHOT_MS, () => late.abort());
  try {
    if (hub.latest() === undefined) await hub.nextFrame(0, AbortSignal.any([signal, late.signal]));
  } catch {
    throw new AppError('not_ready', 'The camera has not sent a picture yet.');
  } finally {
    cancel();
    release();
  }
  return formatSnapshot(hub);
}

function formatSnapshot(hub: FrameHub): Response {
  const newest = hub.latest();
  if (newest === undefined) throw new AppError('not_ready', 'The camera has not sent a picture yet.');
  return new Response(new Uint8Array(newest.jpeg), {
    headers: {
      'content-type': 'image/jpeg',
      'cache-control': 'no-store',
      'cross-origin-resource-policy': 'same-site',
      'x-frame-age-ms': String(Math.round(newest.ageMs)),
    },
  });
}

/** Written to Node's own response, whose callbacks tell when a frame has left. */
function openStream(context: ProxyContext, options: ProxyRoutesOptions): Response {
  const { hub, clock, run } = options;
  const pace = context.req.query('pace');
  if (pace !== undefined && pace !== String(PACED_FPS)) {
    throw new AppError('bad_request', `Expected the pace ${PACED_FPS}, found another.`, { field: 'pace' });
  }
  const response = context.env.outgoing;
  const gone = new AbortController();
  response.on('close', () => gone.abort()).on('error', () => gone.abort());
  const signal = AbortSignal.any([options.signal, gone.signal]);
  const stream = { hub, response, signal };
  const release = pace === undefined ? admitViewer(hub) : undefined;
  const streaming = pace === undefined ? streamNewest(stream) : streamPaced(stream, clock, PACED_FPS, run);
  streaming
    .catch((error: unknown) => {
      if (!signal.aborted) options.log.debug({ sessionId: options.sessionId, error }, 'viewer lost');
    })
    .finally(() => {
      release?.();
      // What was sent to the recorder is still on its way.
      if (pace !== undefined && run.ending.aborted && !signal.aborted) response.end();
      else response.destroy();
    });
  return RESPONSE_ALREADY_SENT;
}

function admitViewer(hub: FrameHub): () => void {
  if (hub.watched.count < MAX_VIEWERS) return hub.watched.join();
  throw new AppError('too_many_requests', `Expected at most ${MAX_VIEWERS} viewers, found one more.`);
}
