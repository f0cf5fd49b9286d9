/**
 * A portal behind real HTTP that can be killed and started again on its port and folder, a device of it, and that
 * device's uploader: the edge's own modules.
 */
import { randomBytes } from 'node:crypto';
import { formatSessionId } from '@padelvar/shared/ids';
import { silentLogger } from '../../../edge/src/base/log.ts';
import { systemClock } from '../../../edge/src/base/clock.ts';
import type { Clock } from '../../../edge/src/base/clock.ts';
import { fetchPortal } from '../../../edge/src/link/portal-fetch.ts';
import type { PortalClient } from '../../../edge/src/link/portal-client.ts';
import { createUploadPortal } from '../../../edge/src/link/upload-portal.ts';
import type { MovieView } from '../../../edge/src/recording/movie-view.ts';
import { openStore } from '../../../edge/src/store/database.ts';
import type { Store } from '../../../edge/src/store/database.ts';
import { createUploadStore } from '../../../edge/src/store/uploads.ts';
import { createUploader } from '../../../edge/src/upload/uploader.ts';
import type { UploadPortal } from '../../../edge/src/upload/upload-portal.ts';
import type { Uploader } from '../../../edge/src/upload/uploader.ts';
import { openTestPortal } from './portal.ts';
import type { TestPortal, TestPortalOptions } from './portal.ts';
import { seedClub, seedCourt, seedDevice, seedSession, seedUser, SEEDED_AT } from './seed.ts';
import type { SeededUser } from './seed.ts';
import { serveFetch } from './serve.ts';
import type { TestServer } from './serve.ts';

export type Answer = (request: Request) => Promise<Response>;

export interface TestDelivery {
  readonly origin: string;
  readonly portal: TestPortal;
  readonly deviceId: string;
  readonly client: PortalClient;
  /** The same by another way to the portal. */
  clientAt(origin: string): PortalClient;
  readonly owner: SeededUser;
  /** Parts that the store took, as `<object>#<part number>`, in order. */
  readonly taken: string[];
  /** Stands before the portal; undefined passes everything on. */
  setFault(fault: ((request: Request, pass: Answer) => Promise<Response>) | undefined): void;
  /** A session that is being recorded. */
  addSession(openedAtSeconds?: number): Promise<string>;
  /** Breaks every connection and ends the portal, then starts it again. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export async function openTestDelivery(settings: TestPortalOptions = {}): Promise<TestDelivery> {
  let portal = await openTestPortal(settings);
  const { dataDir } = portal;
  const { db } = portal.app.services;
  const clubId = await seedClub(db, 'north', { name: 'Padel Nord' });
  await seedCourt(db, clubId, 'court1', { name: 'Court 1' });
  const deviceId = await seedDevice(db, clubId);
  const owner = await seedUser(portal.app.services, { role: 'PLAYER', clubIds: [clubId], name: 'owner' });
  /** As a device's own, it lives for 15 minutes of the portal's clock. */
  const issueToken = async (): Promise<string> =>
    (await portal.app.services.deviceTokens.issue(deviceId)).token;
  const token = await issueToken();

  const taken: string[] = [];
  let fault: Parameters<TestDelivery['setFault']>[0];
  let openedAt = SEEDED_AT / 1000;
  const pass: Answer = async (request) => {
    const { method, url } = request;
    const response = await portal.app.fetch(request, { clientAddress: '127.0.0.1' });
    if (method === 'PUT' && response.ok) taken.push(nameOfPart(new URL(url)));
    return response;
  };
  const answer: Answer = (request) => fault?.(request, pass) ?? pass(request);
  let server: TestServer = await serveFetch(answer);
  const { origin } = server;
  const clientAt = (way: string): PortalClient => ({
    origin: way,
    async request(path, init = {}) {
      const bearer = settings.clock === undefined ? token : await issueToken();
      const headers = { ...init.headers, authorization: `Bearer ${bearer}` };
      return fetchPortal(way, path, { ...init, headers });
    },
  });

  return {
    origin,
    get portal() {
      return portal;
    },
    deviceId,
    client: clientAt(origin),
    clientAt,
    owner,
    taken,
    setFault: (next) => void (fault = next),
    async addSession(openedAtSeconds = (openedAt += 1)) {
      const id = formatSessionId({ clubId, courtId: 'court1', openedAtSeconds });
      // The database refuses a second open session on one court, so that these have ended.
      await seedSession(
        portal.app.services.db,
        { clubId, courtId: 'court1', deviceId, ownerId: owner.userId },
        {
          id,
          opened_at: openedAtSeconds * 1000,
          state: 'complete',
          start_requested_at: openedAtSeconds * 1000,
          started_at: openedAtSeconds * 1000,
          duration_seconds: 600,
          movie_state: 'uploading',
        },
      );
      return id;
    },
    async restart() {
      await server.close();
      await portal.app.close();
      portal = await openTestPortal({ ...settings, dataDir });
      server = await serveFetch(answer, Number(new URL(origin).port));
    },
    async close() {
      await server.close();
      await portal.close();
    },
  };
}

function nameOfPart(url: URL): string {
  const session = url.pathname.split('/').at(-2) ?? '';
  return `${session}#${url.searchParams.get('partNumber') ?? ''}`;
}

export interface TestEdge {
  uploader: Uploader;
  /** Resolves once the portal has confirmed this session's movie. */
  confirmed(sessionId: string): Promise<void>;
  /** Resolves once so many bytes of it are in the store. */
  reached(sessionId: string, bytes: number): Promise<void>;
  gone: string[];
  /** Ends the uploader at once; its database stays. */
  stop(): Promise<void>;
}

export interface TestEdgeOptions {
  clock?: Clock;
  /** Stands between the uploader and its way to the portal. */
  wrap?: (portal: UploadPortal) => UploadPortal;
  /** What a movie beside a match is. */
  describe?: Parameters<typeof createUploadPortal>[2];
}

/** An edge that keeps its journal in `store` (by default one of its own). */
export function openTestEdge(
  client: PortalClient,
  store: Store = openStore(':memory:'),
  { clock = systemClock, wrap = (portal) => portal, describe }: TestEdgeOptions = {},
): TestEdge {
  const uploadPortal = createUploadPortal(client, undefined, describe);
  const sent = new Map<string, number>();
  const finished = new Set<string>();
  const gone: string[] = [];
  const waiting = new Set<() => void>();
  const tell = (): void => {
    for (const look of [...waiting]) look();
  };
  const until = (isSo: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (!isSo()) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    });
  const uploader = createUploader({
    portal: wrap(uploadPortal),
    store: createUploadStore(store),
    clock,
    log: silentLogger,
    onProgress(sessionId, bytes) {
      sent.set(sessionId, bytes);
      tell();
    },
    onConfirmed(sessionId) {
      finished.add(sessionId);
      tell();
    },
    onGone(sessionId) {
      gone.push(sessionId);
      tell();
    },
  });
  return {
    uploader,
    gone,
    confirmed: (sessionId) => until(() => finished.has(sessionId) || gone.includes(sessionId)),
    reached: (sessionId, bytes) => until(() => (sent.get(sessionId) ?? 0) >= bytes),
    async stop() {
      await uploader.close();
      uploadPortal.close();
    },
  };
}

/** A movie that grows in memory. */
export interface TestMovie {
  view: MovieView;
  /** The whole object: header, room and payload. */
  bytes: Buffer;
  growTo(bytes: number): void;
  finish(): void;
  /** The index does not fit the room before the payload: it goes behind, so many bytes. */
  outgrow(indexBytes: number): void;
}

export const HEADER_ROOM = 100_000;

export function createTestMovie(
  sessionId: string,
  payloadBytes: number,
  payloadOffset = HEADER_ROOM,
): TestMovie {
  const payload = randomBytes(payloadBytes);
  let bytes = Buffer.concat([randomBytes(payloadOffset), payload]);
  let grownTo = payloadOffset;
  let isFinished = false;
  const view: MovieView = {
    sessionId,
    payloadOffset,
    grownTo: () => grownTo,
    finished: () =>
      isFinished
        ? {
            totalBytes: bytes.length,
            movie: { durationMs: 600_000, frames: 15_000, codec: 'avc1', width: 1920, height: 1080 },
          }
        : undefined,
    read(offset, length) {
      const isReadable = isFinished || (offset >= payloadOffset && offset + length <= grownTo);
      if (!isReadable) return Promise.reject(new Error('read what is not on disk'));
      return Promise.resolve(bytes.subarray(offset, offset + length));
    },
  };
  return {
    view,
    get bytes() {
      return bytes;
    },
    growTo: (to) => void (grownTo = Math.min(to, bytes.length)),
    finish() {
      grownTo = bytes.length;
      isFinished = true;
    },
    outgrow(indexBytes) {
      bytes = Buffer.concat([bytes, randomBytes(indexBytes)]);
    },
  };
}
