/** The daemon, wired: the only place where the rooms meet. */
import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { SealedCamera } from '@padelvar/shared/camera';
import type { Desired, DesiredCourt, Reported } from '@padelvar/shared/link';
import cron from 'node-cron';
import { readBootId } from './base/child-process.ts';
import { repeat, systemClock as clock } from './base/clock.ts';
import { findFfmpeg } from './base/ffmpeg-program.ts';
import type { Logger } from './base/log.ts';
import { openMemoryFolder } from './base/memory-folder.ts';
import { performCommand } from './commands.ts';
import { createDelivery } from './delivery.ts';
import type { Delivery } from './delivery.ts';
import { describeHealth, lanAddresses, lanNames, readTelemetry } from './health/health.ts';
import { openMachine } from './health/open-machine.ts';
import { createCourtStates } from './health/court-states.ts';
import { createLanApi, openLanServer } from './lan/lan-api.ts';
import { openDeviceLink } from './link/device-link.ts';
import type { DeviceLink } from './link/device-link.ts';
import { findEnrollment, loadOrCreateIdentity } from './link/identity.ts';
import { createPortal } from './link/portal.ts';
import type { Portal } from './link/portal.ts';
import { createWatchTokens } from './link/watch-tokens.ts';
import type { WatchTokens } from './link/watch-tokens.ts';
import { createPreviewPusher } from './link/preview-pusher.ts';
import { createPortPool } from './proxy/port-pool.ts';
import { createSessionManager } from './session/manager.ts';
import type { SessionManager } from './session/manager.ts';
import type { Court } from './session/court.ts';
import type { EdgeConfiguration } from './settings.ts';
import { createSupport } from './support.ts';
import type { Surroundings } from './support.ts';
import { openStore } from './store/database.ts';
import { createJournal } from './store/journal.ts';
import { createOutbox } from './store/outbox.ts';
import { createSessionStore } from './store/sessions.ts';
import { tellOfQueues } from './upload/congestion-control.ts';
import { createDeletions } from './upload/deletions.ts';

/** While something is open the portal hears of it this often; changes are told at once. */
const REPORT_MS = 2_000;
/** Changes that come together are told together. */
const REPORT_DELAY_MS = 30;
const ORPHAN_SCHEDULE = '* * * * *';

export interface EdgeApp {
  readonly lanPort: number;
  /** For a daemon that goes away: the FFmpeg of RTSP courts goes on, to be adopted by the next. */
  close(): Promise<void>;
}

export function identityFolder(dataDir: string): string {
  return join(dataDir, 'identity');
}

export async function createEdge(
  configuration: EdgeConfiguration,
  logger: Logger,
  surroundings: Surroundings,
): Promise<EdgeApp> {
  const { dataDir, isSupervised } = configuration;
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const ffmpegPath = await findFfmpeg(configuration.ffmpegPath);
  const identity = await loadOrCreateIdentity(identityFolder(dataDir));
  const enrollment = await findEnrollment(identityFolder(dataDir));
  const store = openStore(join(dataDir, 'edge.db'), (error) =>
    logger.error({ err: error }, 'the database is broken: it is set aside, and a new one begun'),
  );
  const journal = createJournal(store);
  const epoch = journal.nextEpoch(clock.nowMs());
  const portal =
    enrollment === undefined
      ? undefined
      : createPortal({
          ...{ enrollment, identity, clock },
          onWatchKey: (key) => journal.saveWatchKey(key),
        });
  const courtStates = createCourtStates();
  let desired = journal.loadDesired();
  let link: DeviceLink | undefined;
  let delivery: Delivery | undefined;
  let cancelReport: (() => void) | undefined;
  /** Set once the page answers on the club's network. */
  let openLanPort: number | undefined;

  const machine = await openMachine({
    ...{ dataDir, clock, log: logger, encodingCourts: configuration.encodingCourts },
    identityFolder: identityFolder(dataDir),
    courts: () => desired?.courts.length ?? 1,
    sessions: () => sessions.reports(),
    encoding: () => sessions.encoding(),
  });
  const sessions: SessionManager = createSessionManager({
    ...{ dataDir, ffmpegPath, clock, logger, machine: machine.machine },
    memoryFolder: await openMemoryFolder(createHash('sha256').update(dataDir).digest('hex').slice(0, 12)),
    ports: createPortPool(configuration.proxyPorts),
    store: createSessionStore(store),
    portalNowMs: () => portal?.time.nowMs(),
    preRollSeconds: () => desired?.settings.preRollSeconds ?? configuration.preRollSeconds,
    openSealed(courtId, sealed) {
      if (portal === undefined) throw new Error('expected an enrolled device');
      return portal.openCamera(courtId, SealedCamera.parse(JSON.parse(sealed)));
    },
    onCamera(courtId, reason) {
      courtStates.set(courtId, reason);
      report();
    },
    layout: (courtId) => delivery?.layout(courtId) ?? 'header-first',
    onView: (view) => delivery?.add(view),
    onChange() {
      cancelReport ??= clock.setTimer(REPORT_DELAY_MS, report);
    },
  });

  const deletions = createDeletions({
    log: logger,
    async erase(sessionId) {
      delivery?.forget(sessionId);
      await sessions.deleteMovie(sessionId);
    },
    onErased: report,
  });

  function report(): void {
    cancelReport = undefined;
    const reports = sessions.reports();
    delivery?.nudge(reports.map(({ sessionId }) => sessionId));
    courtStates.note(reports);
    link?.report(buildReport());
  }

  function buildReport(): Reported {
    const told = sessions.nextReports();
    return {
      v: 1,
      generation: desired?.generation ?? '',
      rev: desired?.rev ?? 0,
      bootId: readBootId(),
      epoch,
      sessions: delivery?.withReadyIn(told) ?? told,
      courts: courtStates.list(desired?.courts ?? []),
      erased: deletions.erased(),
      lan: lanAddresses(),
      ...(openLanPort === undefined ? {} : { lanPort: openLanPort }),
      build: readBuild(),
      clock: clock.nowMs(),
    };
  }

  /** By the portal's time where it is known, else by the device's own. */
  function openWatch(deviceId: string): WatchTokens {
    const nowMs = (): number => portal?.time.nowMs() ?? clock.nowMs();
    return createWatchTokens({ deviceId, key: () => journal.loadWatchKey(), nowMs });
  }

  /** Safe to repeat. */
  function pursue(wanted: Desired): void {
    sessions.reconcile(wanted.sessions);
    deletions.want(wanted.deletions ?? []);
  }

  function onDesired(next: Desired): void {
    desired = next;
    if (portal !== undefined)
      sessions.setCourts(next.courts.map((court) => openCourt(portal, court, logger)));
    pursue(next);
    report();
  }

  const pusher =
    portal === undefined
      ? undefined
      : createPreviewPusher({
          ...{ client: portal.client, clock, log: logger },
          findHub: (sessionId) => sessions.find(sessionId)?.hub,
          onPicture: (bytes) => delivery?.noteLive(bytes),
        });
  if (desired !== undefined && portal !== undefined) {
    sessions.setCourts(desired.courts.map((court) => openCourt(portal, court, logger)));
  }
  if (portal !== undefined) {
    await tellOfQueues(logger);
    delivery = createDelivery({
      ...{ dataDir, ffmpegPath, store, clock, sessions, client: portal.client, log: logger },
      settings: () => desired?.settings,
      courts: () => desired?.courts.length ?? 1,
      onRemoved: (sessionId) =>
        link?.event({
          at: clock.nowMs(),
          epoch,
          type: 'copy_removed',
          sessionId,
          detail: 'the portal has it',
        }),
    });
  }
  const recovery = await sessions.recover();
  delivery?.resume();
  recovery.finished
    .then(() => delivery?.resume())
    .catch((error: unknown) => logger.error({ err: error }, 'what was left could not be finished'));
  if (portal !== undefined && pusher !== undefined) {
    const support = createSupport({
      ...{
        ...surroundings,
        build: readBuild(),
        dataDir,
        ffmpegPath,
        isSupervised,
        clock,
        portal,
        log: logger,
      },
      facts: () => machine.facts(),
      courts: () => desired?.courts ?? [],
      describeCourts: () => courtStates.list(desired?.courts ?? []),
      sessions: () => sessions.reports(),
      waitingUploads: () => delivery?.waiting() ?? [],
      line: () => delivery?.describeUplink(),
    });
    link = openDeviceLink({
      ...{ portal, journal, clock, onDesired, log: logger },
      outbox: createOutbox(store),
      onCommand: (command) =>
        performCommand(command, {
          pusher,
          courts: () => desired?.courts ?? [],
          portal,
          courtStates,
          ffmpegPath,
          support,
        }),
      telemetry: () => ({
        ...readTelemetry(clock.nowMs(), machine.facts()),
        uplink: delivery?.describeUplink(),
      }),
    });
  }
  const lan = await openLanServer(
    createLanApi({
      hosts: () => (openLanPort === undefined ? [] : lanNames()),
      ...(enrollment === undefined
        ? {}
        : { watch: { clock, ...openWatch(enrollment.deviceId), portalOrigin: enrollment.portalOrigin } }),
      sessions,
      health: () => describeHealth(sessions.reports(), link?.connected ?? false, machine.facts()),
    }),
    configuration.lanPort,
    configuration.lanHost,
  );
  if (!isLoopback(configuration.lanHost)) openLanPort = lan.port;
  const orphans = cron.schedule(ORPHAN_SCHEDULE, () => {
    const closed = sessions.closeOrphans(
      desired?.settings.orphanSessionSeconds ?? configuration.orphanSeconds,
    );
    if (closed.length > 0) logger.info({ closed }, 'orphaned sessions closed');
  });
  const stopReports = repeat(clock, REPORT_MS, () => {
    // Portal time may only now be known: what waited for it can begin.
    if (desired !== undefined) pursue(desired);
    if (sessions.hasOpen() || delivery?.isBusy === true) report();
  });
  logger.info(
    { lanPort: lan.port, portal: enrollment?.portalOrigin, deviceId: enrollment?.deviceId },
    'edge started',
  );

  return {
    lanPort: lan.port,
    async close() {
      await orphans.stop();
      await stopReports();
      cancelReport?.();
      await Promise.all([lan.close(), pusher?.close(), delivery?.close()]);
      await sessions.release();
      await machine.close();
      cancelReport?.();
      await link?.close();
      store.close();
    },
  };
}

/** A court whose address can't be opened stays known, without a camera. */
function openCourt(portal: Portal, court: DesiredCourt, logger: Logger): Court {
  const { courtId, clubId, camera, audio = false, warm = false, lowDelay = false } = court;
  try {
    return {
      ...{ courtId, clubId, audio, warm, lowDelay },
      ...(camera === undefined ? {} : { sealed: JSON.stringify(camera) }),
      address: camera === undefined ? undefined : portal.openCamera(courtId, camera),
    };
  } catch (error) {
    logger.error({ err: error, courtId }, 'camera address could not be opened');
    return { courtId, clubId, address: undefined };
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host.startsWith('127.');
}

function readBuild(): string {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return version;
}
