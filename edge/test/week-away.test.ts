/**
 * Days without the portal, by the daemon's own parts: session manager, database, journal, outbox, reports and delivery as
 * `app.ts` wires them, and a reboot before the portal is back. Only recorders are stand-ins, and time goes by faster.
 */
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '@padelvar/shared/errors';
import { MAX_PACKET_BYTES, UPLOAD_PART_BYTES } from '@padelvar/shared/limits';
import type { Desired, EdgeEvent, Reported } from '@padelvar/shared/link';
import { afterEach, expect, test } from 'vitest';
import { silentLogger as log } from '../src/base/log.ts';
import { createDelivery } from '../src/delivery.ts';
import type { Delivery } from '../src/delivery.ts';
import { createEventPump } from '../src/link/event-pump.ts';
import { createLatestReport } from '../src/link/latest-report.ts';
import type { PortalClient } from '../src/link/portal-client.ts';
import type { MovieView } from '../src/recording/movie-view.ts';
import type { SessionManager } from '../src/session/manager.ts';
import { openStore } from '../src/store/database.ts';
import { createJournal } from '../src/store/journal.ts';
import { createOutbox } from '../src/store/outbox.ts';
import { isLongRun, tellFigures } from './support/figures.ts';
import { collectGarbage } from './support/garbage.ts';
import { createManualClock } from './support/manual-clock.ts';
import { openMatchLab } from './support/match-lab.ts';
import type { MatchLab } from './support/match-lab.ts';
import { SMALL_CLIP, startTestCourts } from './support/test-courts.ts';
import { createTinyRecorder } from './support/tiny-recorder.ts';

const DAYS = isLongRun ? 7 : 1;
const COURTS = 16;
/** A match every 90 minutes, from 8 to 23 o'clock where the run is long. */
const MATCHES_A_DAY = isLongRun ? 10 : 7;
const HOUR_MS = 3_600_000;
const REPORT_MS = HOUR_MS;
/** All that a daemon may hold more than at its start, with every match of the week waiting. */
const MOST_GROWTH_MIB = isLongRun ? 8 : 1;
const EPOCH = 7;

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** A portal that can't be reached, until it comes back; and its store. */
async function openPortal() {
  let isReachable = false;
  const stored: string[] = [];
  const hashes = new Map<string, string>();
  const store = createServer((request, response) => {
    const hash = createHash('sha256');
    request.on('data', (chunk: Buffer) => hash.update(chunk));
    request.on('end', () => {
      hashes.set((request.url ?? '').slice(1), hash.digest('hex'));
      response.end();
    });
  });
  await new Promise<void>((listening) => store.listen(0, '127.0.0.1', listening));
  cleanUps.push(() => {
    store.closeAllConnections();
    store.close();
  });
  const origin = `http://127.0.0.1:${String((store.address() as AddressInfo).port)}`;
  const answer = (path: string, json: unknown): unknown => {
    const [sessionId = '', what = ''] = path.replace('/api/edge/uploads/', '').split('/');
    if (what === 'parts') return { url: `${origin}/${sessionId}`, headers: {}, expiresInSeconds: 900 };
    if (what === 'files') return {};
    if (what === 'complete') {
      stored.push(sessionId);
      return { bytes: (json as { totalBytes: number }).totalBytes, confirmed: true };
    }
    const sizes = { partBytes: UPLOAD_PART_BYTES, maxParts: 100 };
    return { sessionId, uploadId: sessionId, ...sizes, state: 'open', parts: [] };
  };
  const client: PortalClient = {
    origin,
    request: (path, init) =>
      isReachable
        ? Promise.resolve(Response.json(answer(path, init?.json)))
        : Promise.reject(new AppError('timeout', 'the portal could not be reached')),
  };
  return { client, stored, hashes, comeBack: () => void (isReachable = true) };
}

/** The daemon around the sessions of a lab, as `app.ts` has it. */
function openDaemon(lab: MatchLab, client: PortalClient, clock: ReturnType<typeof createManualClock>) {
  const store = openStore(join(lab.dataDir, 'edge.db'));
  const journal = createJournal(store);
  const outbox = createOutbox(store);
  const events = createEventPump(outbox);
  const reports = createLatestReport();
  const { manager } = lab;
  const sessions: Pick<SessionManager, 'reports' | 'find' | 'finished' | 'noteUpload' | 'deleteMovie'> =
    manager;
  const delivery = createDelivery({
    ...{ dataDir: lab.dataDir, ffmpegPath: '/bin/false', client, store, clock, log, sessions },
    ...{ settings: () => undefined, courts: () => COURTS },
    onRemoved: (sessionId) =>
      events.add({ at: clock.nowMs(), epoch: EPOCH, type: 'copy_removed', sessionId, detail: '' }),
  });
  const report = (): void => {
    const told = delivery.withReadyIn(manager.nextReports());
    reports.set({
      ...{ v: 1, generation: 'g', rev: journal.loadDesired()?.rev ?? 0, bootId: '', epoch: EPOCH },
      ...{ sessions: told, courts: [], lan: [], build: '', clock: clock.nowMs() },
    });
  };
  const close = async (): Promise<void> => {
    await delivery.close();
    store.close();
  };
  return { journal, outbox, events, reports, delivery, report, close };
}

test(`${String(DAYS)} days without the portal at ${String(COURTS)} courts: all is kept, told and drained in order, and the daemon stays as small as it was`, async () => {
  const portal = await openPortal();
  const simulator = await startTestCourts([{ kind: 'rtsp' }], SMALL_CLIP);
  cleanUps.push(() => simulator.close());
  const recorder = await createTinyRecorder();
  cleanUps.push(() => recorder.dispose());
  const dataDir = await mkdtemp(join(tmpdir(), 'padelvar-week-'));
  cleanUps.push(() => rm(dataDir, { recursive: true, force: true }));
  const clock = createManualClock();
  let delivery: Delivery | undefined;
  const early: MovieView[] = [];
  const camera = simulator.courts[0]?.address ?? '';
  const lab = await openMatchLab(
    Array.from({ length: COURTS }, () => camera),
    {
      ...{ dataDir, ffmpegPath: recorder.path },
      onView: (view) => (delivery === undefined ? void early.push(view) : delivery.add(view)),
    },
  );
  const open = (): ReturnType<typeof openDaemon> => {
    const opened = openDaemon(lab, portal.client, clock);
    ({ delivery } = opened);
    for (const view of early.splice(0)) delivery.add(view);
    return opened;
  };
  let daemon = open();
  const played: string[] = [];
  let rev = 0;
  const play = async (courtId: string): Promise<void> => {
    const sessionId = lab.open(courtId);
    played.push(sessionId);
    await lab.reaches(sessionId, 'created');
    lab.start(sessionId);
    await lab.reaches(sessionId, 'recording');
    lab.stop(sessionId);
    await lab.reaches(sessionId, 'complete');
  };
  const hours = async (count: number): Promise<void> => {
    for (let hour = 0; hour < count; hour += 1) {
      daemon.report();
      await clock.advance(REPORT_MS);
    }
  };
  const heapMiB = async (): Promise<number> => {
    await collectGarbage();
    return process.memoryUsage().heapUsed / 1024 ** 2;
  };
  const reboot = async (): Promise<void> => {
    await daemon.close();
    delivery = undefined;
    await lab.restart();
    daemon = open();
  };

  try {
    const desired: Desired = {
      ...{ v: 1, deviceId: 'dev_alpha00000000', generation: 'g', rev: 0, serverTime: 0 },
      ...{ sessions: [], courts: [], settings: {} },
    };
    const playRound = async (): Promise<void> => {
      rev += 1;
      daemon.journal.saveDesired({ ...desired, rev });
      await Promise.all(Array.from({ length: COURTS }, (_, court) => play(`c${String(court + 1)}`)));
      await hours(1.5);
    };
    await playRound();
    const before = await heapMiB();
    for (let round = 1; round < DAYS * MATCHES_A_DAY; round += 1) {
      await playRound();
      if (round % MATCHES_A_DAY === MATCHES_A_DAY - 1) await hours(9);
    }
    const growthMiB = (await heapMiB()) - before;
    tellFigures(`${String(DAYS)} days without the portal`, { matches: played.length, growthMiB });
    expect(growthMiB).toBeLessThan(MOST_GROWTH_MIB);
    expect(daemon.journal.loadDesired()?.rev).toBe(rev);
    expect(daemon.outbox.list(0, 10)).toEqual([]);
    expect(lab.manager.finished()).toHaveLength(played.length);
    await reboot();
    expect(lab.manager.finished()).toHaveLength(played.length);

    // Of all reports of the week one goes, the newest, and it fits a packet.
    const told: Reported[] = [];
    daemon.report();
    daemon.reports.use((reported) => Promise.resolve(void told.push(reported)));
    expect(told).toHaveLength(1);
    expect(JSON.stringify(told[0]).length).toBeLessThan(MAX_PACKET_BYTES);
    const inOrder = played.toSorted((a, b) => Number(a.split('_').at(-1)) - Number(b.split('_').at(-1)));
    expect(told[0]?.sessions.slice(0, 40).map(({ sessionId }) => sessionId)).toEqual(inOrder.slice(0, 40));

    const whole = new Map<string, string>();
    for (const sessionId of played) {
      const view = lab.get(sessionId).view;
      const bytes = await view?.read(0, view.grownTo());
      whole.set(
        sessionId,
        createHash('sha256')
          .update(bytes ?? '')
          .digest('hex'),
      );
    }
    portal.comeBack();
    const isDrained = (): boolean => daemon.delivery.isBusy;
    await expect
      .poll(() => clock.advance(1_000).then(isDrained), { timeout: 600_000, interval: 5 })
      .toBe(false);
    expect(portal.stored).toHaveLength(played.length);
    // Two at once: no match is in the library before one that is two places older.
    for (const [place, sessionId] of portal.stored.entries())
      expect(Math.abs(inOrder.indexOf(sessionId) - place)).toBeLessThanOrEqual(1);
    expect(portal.hashes).toEqual(whole);

    // Each copy leaves after its 48 hours, and the portal hears of each in the end.
    lab.forgetAll();
    const isEmptied = async (): Promise<number> => {
      await clock.advance(10 * 60_000);
      return lab.manager.finished().length;
    };
    await expect.poll(isEmptied, { timeout: 600_000, interval: 5 }).toBe(0);
    expect(await readdir(join(dataDir, 'videos', 'club'))).toEqual([]);
    expect(lab.manager.reports()).toHaveLength(Math.min(100, played.length));
    const heard: EdgeEvent[] = [];
    daemon.events.use((event) => Promise.resolve(void heard.push(event)));
    await expect.poll(() => heard.length).toBe(played.length);
    for (const { epoch, seq } of heard) daemon.events.confirm({ epoch, seq });
    expect(new Set(heard.map(({ sessionId }) => sessionId))).toEqual(new Set(played));
    expect(daemon.outbox.list(0, 10)).toEqual([]);
  } finally {
    await daemon.close();
    await lab.dispose();
  }
}, 1_800_000);
