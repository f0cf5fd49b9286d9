/** Cameras that speak HTTP: a multipart MJPEG stream, or one still image per request, of the picture now. */
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createGatekeeper } from './authentication.ts';
import { findBlackStill, makeBlackStill } from './clip/black-still.ts';
import { findStill } from './clip/clip.ts';
import { MAX_UNSENT_BYTES, type CourtContext, type CourtService, type LiveFrame } from './court-service.ts';
import type { Condition } from './fault.ts';

const BOUNDARY = 'padelvar-frame';

/** Every GET is answered by an endless multipart stream, one part per frame. */
export function createMjpegService(context: CourtContext): CourtService {
  const viewers = new Set<ServerResponse>();
  const server = createCamera(context, (response) => {
    response.writeHead(200, {
      'Content-Type': `multipart/x-mixed-replace; boundary=${BOUNDARY}`,
      'Cache-Control': 'no-store',
    });
    response.flushHeaders();
    viewers.add(response);
    response.once('close', () => viewers.delete(response));
  });
  return {
    server,
    prepare: (condition) => prepareStill(context, condition),
    send(frame) {
      if (viewers.size === 0 || context.condition().silent) return;
      const part = formatPart(readJpeg(context, frame));
      const clients = [...viewers].filter((viewer) => sendPart(viewer, part)).length;
      if (clients > 0) logSent(context, frame, clients);
    },
  };
}

/** Every GET is answered by the newest frame; a silent camera takes the request and never answers. */
export function createStillService(context: CourtContext): CourtService {
  let newest: LiveFrame = { index: 0, number: 0 };
  const server = createCamera(context, (response) => {
    if (context.condition().silent) return;
    const jpeg = readJpeg(context, newest);
    response.writeHead(200, {
      'Content-Type': 'image/jpeg',
      'Content-Length': jpeg.length,
      'Cache-Control': 'no-store',
    });
    response.end(jpeg);
    logSent(context, newest, 1);
  });
  return {
    server,
    prepare: (condition) => prepareStill(context, condition),
    send: (frame) => void (newest = frame),
  };
}

/** An HTTP server that checks method and password first. */
function createCamera(
  { condition, credentials, schemes }: CourtContext,
  serve: (response: ServerResponse) => void,
): ReturnType<typeof createServer> {
  const gatekeeper = createGatekeeper(credentials, schemes);
  return createServer({ noDelay: true }, (request: IncomingMessage, response) => {
    const method = request.method ?? '';
    if (method !== 'GET') {
      response.writeHead(405, { Allow: 'GET' }).end();
    } else if (condition().refusesPassword || !gatekeeper.admits(method, request.headers.authorization)) {
      response.writeHead(401, { 'WWW-Authenticate': gatekeeper.challenges() }).end();
    } else {
      serve(response);
    }
  });
}

function readJpeg({ clip, condition }: CourtContext, { number }: LiveFrame): Buffer {
  const { size, picture } = condition();
  if (picture === 'black') return readFileSync(findBlackStill(clip));
  return readFileSync(findStill(clip, size, picture === 'frozen' ? 0 : number));
}

async function prepareStill({ clip, ffmpegPath }: CourtContext, { picture }: Condition): Promise<void> {
  if (picture === 'black') await makeBlackStill(clip, ffmpegPath);
}

function logSent({ sent, clock }: CourtContext, frame: LiveFrame, clients: number): void {
  sent.add({ ...frame, sentAtMs: clock.monotonicMs(), clients });
}

function formatPart(jpeg: Buffer): Buffer {
  const head = [
    `--${BOUNDARY}`,
    'Content-Type: image/jpeg',
    `Content-Length: ${String(jpeg.length)}`,
    '',
    '',
  ];
  return Buffer.concat([Buffer.from(head.join('\r\n')), jpeg, Buffer.from('\r\n')]);
}

function sendPart(viewer: ServerResponse, part: Buffer): boolean {
  if (viewer.writableLength > MAX_UNSENT_BYTES) {
    viewer.destroy();
    return false;
  }
  viewer.write(part);
  return true;
}
