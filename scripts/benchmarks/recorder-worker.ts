/**
 * The recording part of the daemon in a process of its own: session manager, database and the reports that `app.ts`
 * makes every two seconds, without portal, uploader and viewers. All the daemon's modules are loaded, as its memory is
 * measured. It is driven by the portal's document and tells each session's states with the monotonic time.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DesiredSession, ReportedSession } from '@padelvar/shared/link';
import { PROXY_FIRST_PORT, PROXY_LAST_PORT } from '@padelvar/shared/limits';
import '../../edge/src/app.ts';
import { repeat, systemClock as clock } from '../../edge/src/base/clock.ts';
import { createLogger } from '../../edge/src/base/log.ts';
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

/** What it is told: the portal's document, or that somebody looks at every court. */
export type RecorderOrder = { desired: DesiredSession[] } | { watched: true };

export type RecorderMessage =
  { ready: true } | { changed: Pick<ReportedSession, 'sessionId' | 'state' | 'recording'>; atMs: number };

/** As in `app.ts`. */
const REPORT_MS = 2_000;

const { dataDir, ffmpegPath, courts } = JSON.parse(process.argv[2] ?? '{}') as RecorderWorkerOptions;
const memoryFolder = await openMemoryFolder(`bench-${String(process.pid)}`);
const store = openStore(join(dataDir, 'edge.db'));
const told = new Map<string, string>();
let desired: DesiredSession[] = [];
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
