/**
 * The recording part of the daemon in a process of its own: session manager, database and the reports that `app.ts`
 * makes every two seconds, without portal, and until it is told without uploader and viewers. All the daemon's modules are
 * loaded, as its memory is measured. It is driven by the portal's document and tells each session's states with the monotonic time.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DesiredSession, ReportedSession } from '@padelvar/shared/link';
import { PROXY_FIRST_PORT, PROXY_LAST_PORT } from '@padelvar/shared/limits';
import '../../edge/src/app.ts';
import { repeat, systemClock as clock } from '../../edge/src/base/clock.ts';
import { createLogger } from '../../edge/src/base/log.ts';
import { createDelivery } from '../../edge/src/delivery.ts';
import type { Delivery } from '../../edge/src/delivery.ts';
import type { PortalClient } from '../../edge/src/link/portal-client.ts';
import { fetchPortal } from '../../edge/src/link/portal-fetch.ts';
import { openMemoryFolder } from '../../edge/src/base/memory-folder.ts';
import { createPortPool } from '../../edge/src/proxy/port-pool.ts';
import { createSessionManager } from '../../edge/src/session/manager.ts';
import { openStore } from '../../edge/src/store/database.ts';
import { createSessionStore } from '../../edge/src/store/sessions.ts';

export interface RecorderWorkerOptions {
  dataDir: string;
  ffmpegPath: string;
  courts: { courtId: string; clubId: string; address: string }[];
}

/** What it is told: the portal's document, where to bring what is recorded, to stop that, that somebody looks at every court. */
export type RecorderOrder =
  { desired: DesiredSession[] } | { uploadTo: string } | { uploads: false } | { watched: true };

export type RecorderMessage =
  { ready: true } | { changed: Pick<ReportedSession, 'sessionId' | 'state' | 'recording'>; atMs: number };

/** As in `app.ts`. */
const REPORT_MS = 2_000;

const { dataDir, ffmpegPath, courts } = JSON.parse(process.argv[2] ?? '{}') as RecorderWorkerOptions;
const memoryFolder = await openMemoryFolder(`bench-${String(process.pid)}`);
const store = openStore(join(dataDir, 'edge.db'));
const told = new Map<string, string>();
let desired: DesiredSession[] = [];
let delivery: Delivery | undefined;
const sessions = createSessionManager({
  ...{ dataDir, ffmpegPath, memoryFolder, clock, logger: createLogger('error') },
  ports: createPortPool({ firstPort: PROXY_FIRST_PORT, lastPort: PROXY_LAST_PORT }),
  store: createSessionStore(store),
  portalNowMs: () => clock.nowMs(),
  onView: () => undefined,
  onChange: tellChanges,
});
sessions.setCourts(courts);
const stopReports = repeat(clock, REPORT_MS, () => {
  sessions.reconcile(desired);
  JSON.stringify(sessions.reports());
});
process.on('message', (order: RecorderOrder) => {
  if ('uploadTo' in order) {
    bring(order.uploadTo);
    return;
  }
  if ('uploads' in order) {
    void delivery?.close();
    return;
  }
  if ('watched' in order) {
    for (const { sessionId } of desired) sessions.find(sessionId)?.hub?.watched.join();
    return;
  }
  desired = order.desired;
  sessions.reconcile(desired);
});
process.once('disconnect', () => void end());
if (process.connected) tell({ ready: true });
else void end();

/** What runs, as `app.ts` does it; by a portal that answers without a look at who asks. */
function bring(origin: string): void {
  const request: PortalClient['request'] = (path, init) => fetchPortal(origin, path, init);
  delivery = createDelivery({
    ...{ dataDir, ffmpegPath, store, clock, sessions, log: createLogger('error') },
    ...{ client: { origin, request }, settings: () => undefined, onRemoved: () => undefined },
    courts: () => courts.length,
  });
  for (const { sessionId } of desired) {
    const view = sessions.find(sessionId)?.view;
    if (view !== undefined && view.finished() === undefined) delivery.add(view);
  }
}

function tellChanges(): void {
  for (const { sessionId, state, recording } of sessions.reports()) {
    if (told.get(sessionId) === state) continue;
    told.set(sessionId, state);
    const changed = { sessionId, state, ...(recording === undefined ? {} : { recording }) };
    tell({ changed, atMs: clock.monotonicMs() });
  }
}

/** Nothing goes on without the benchmark: every session is stopped, its FFmpeg with it. */
async function end(): Promise<void> {
  await stopReports();
  await delivery?.close();
  const close = { requestedAt: clock.nowMs(), reason: 'closed' as const };
  sessions.reconcile(
    desired.map(({ recording, ...session }) => ({
      ...session,
      close,
      ...(recording === undefined
        ? {}
        : { recording: { ...recording, stop: { requestedAt: clock.nowMs(), reason: 'player' as const } } }),
    })),
  );
  while (sessions.hasOpen()) await clock.sleep(20);
  await sessions.release();
  store.close();
  await rm(memoryFolder, { recursive: true, force: true });
  process.exit();
}

function tell(message: RecorderMessage): void {
  if (process.connected) process.send?.(message);
}
