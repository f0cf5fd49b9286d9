/**
 * Takes what an edge uploads and keeps nothing of it: the portal's routes for it, and a store that says yes. What the
 * uploader costs is counted in its own process.
 */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignPartRequest } from '@padelvar/shared/edge-api';
import type { SignPartResponse, UploadState } from '@padelvar/shared/edge-api';
import { MAX_UPLOAD_PARTS, UPLOAD_PART_BYTES } from '@padelvar/shared/limits';

export interface UploadSink {
  readonly origin: string;
  /** Whole parts that arrived, by session. */
  readonly parts: ReadonlyMap<string, number>;
  close(): Promise<void>;
}

const EXPIRES_SECONDS = 900;

export async function startUploadSink(): Promise<UploadSink> {
  const parts = new Map<string, number>();
  // What is still on its way when it has seen enough is broken off.
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, kind = '', sessionId = '', step] =
      /^\/(api\/edge\/uploads|store)\/(\w+)(?:\/(\w+))?$/.exec(request.url ?? '') ?? [];
    const body = kind === 'store' ? await count(request) : await read(request);
    if (kind === 'store') {
      if (body === UPLOAD_PART_BYTES) parts.set(sessionId, (parts.get(sessionId) ?? 0) + 1);
      response.writeHead(200, { etag: `"${randomUUID()}"` }).end();
      return;
    }
    if (request.method === 'POST' && step === undefined) {
      send(response, openUpload(sessionId));
      return;
    }
    if (request.method === 'POST' && step === 'parts') {
      const { md5 } = SignPartRequest.parse(JSON.parse(String(body)));
      const headers = { 'content-md5': md5 };
      const signed = { url: `/store/${sessionId}`, headers, expiresInSeconds: EXPIRES_SECONDS };
      send(response, signed satisfies SignPartResponse);
      return;
    }
    response.writeHead(503).end();
  }

  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    parts,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function openUpload(sessionId: string): UploadState {
  const limits = { partBytes: UPLOAD_PART_BYTES, maxParts: MAX_UPLOAD_PARTS } as const;
  return { sessionId, uploadId: sessionId, ...limits, state: 'open', parts: [] };
}

async function read(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const piece of request.setEncoding('utf8')) text += String(piece);
  return text;
}

/** How many bytes it has. */
async function count(request: IncomingMessage): Promise<number> {
  let bytes = 0;
  for await (const piece of request) bytes += (piece as Buffer).byteLength;
  return bytes;
}

function send(response: ServerResponse, json: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(json));
}
