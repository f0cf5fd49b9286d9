/**
 * A session manager in a process of its own, to be killed: takes the desired document from its parent and tells what is so.
 * Run as a program it is that process; imported, it starts one.
 */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { DesiredSession, ReportedSession } from '@padelvar/shared/link';
import { systemClock as clock } from '../../src/base/clock.ts';
import { silentLogger } from '../../src/base/log.ts';
import { createPortPool } from '../../src/proxy/port-pool.ts';
import { createSessionManager } from '../../src/session/manager.ts';
import { openStore } from '../../src/store/database.ts';
import { createSessionStore } from '../../src/store/sessions.ts';

export interface DeviceSettings {
  dataDir: string;
  memoryFolder: string;
  ffmpegPath: string;
  /** Courts are called c1, c2, … */
  addresses: readonly string[];
  /** Of all of them. */
  lowDelay?: boolean;
}

const TELL_MS = 50;

interface Told {
  reports: ReportedSession[];
  /** Of the local proxies, by session. */
  ports: Record<string, number | undefined>;
  /** By the clock that all processes share. */
  loadedAtMs: number;
}

export interface KillableDevice {
  reports(): readonly ReportedSession[];
  /** Of that session's local proxy. */
  portOf(sessionId: string): number | undefined;
  /** Does what the document wants now and after every restart. */
  want(desired: readonly DesiredSession[]): void;
  /** SIGKILL; resolves once its process is gone. */
  kill(): Promise<void>;
  readonly isGone: boolean;
  /** Resolves once its process is gone, whoever ended it. */
  gone(): Promise<void>;
  /** The next process, after the last is gone. */
  restart(): void;
  /**
   * SIGKILL, and the next process at once. Resolves with the milliseconds from when its program was loaded until it told
   * that it holds those sessions again.
   */
  killAndRestart(recording: readonly string[]): Promise<number>;
  until(
    what: string,
    isSo: (reports: readonly ReportedSession[]) => boolean,
    timeoutMs?: number,
  ): Promise<void>;
  close(): Promise<void>;
}

export function startDevice(settings: DeviceSettings): KillableDevice {
  let reports: readonly ReportedSession[] = [];
  let desired: readonly DesiredSession[] = [];
  let ports: Told['ports'] = {};
  let loadedAtMs = 0;
  let child = spawnDevice();

  function spawnDevice(): ChildProcess {
    const spawned = fork(import.meta.filename, [JSON.stringify(settings)], { execArgv: [] });
    spawned.on('message', (told) => {
      if (spawned === child) ({ reports, ports, loadedAtMs } = told as Told);
    });
    spawned.once('message', () => spawned.send(desired));
    return spawned;
  }

  const device: KillableDevice = {
    reports: () => reports,
    portOf: (sessionId) => ports[sessionId],
    want(next) {
      desired = next;
      if (child.connected) child.send(desired);
    },
    kill() {
      child.kill('SIGKILL');
      return device.gone();
    },
    get isGone() {
      return child.exitCode !== null || child.signalCode !== null;
    },
    async gone() {
      if (!device.isGone) await once(child, 'exit');
    },
    restart() {
      [reports, ports] = [[], {}];
      child = spawnDevice();
    },
    async killAndRestart(recording) {
      await device.kill();
      device.restart();
      const isHeld = (sessionId: string): boolean =>
        reports.some((report) => report.sessionId === sessionId && report.recording?.growing === true);
      await device.until('the recordings to be held again', () => recording.every(isHeld));
      return clock.monotonicMs() - loadedAtMs;
    },
    async until(what, isSo, timeoutMs = 20_000) {
      const deadlineMs = clock.monotonicMs() + timeoutMs;
      while (!isSo(reports)) {
        if (clock.monotonicMs() > deadlineMs) throw new Error(`expected ${what}: ${JSON.stringify(reports)}`);
        await clock.sleep(TELL_MS / 2);
      }
    },
    async close() {
      child.kill('SIGTERM');
      await device.gone();
    },
  };
  return device;
}

async function runDevice(settings: DeviceSettings): Promise<void> {
  const loadedAtMs = clock.monotonicMs();
  const manager = createSessionManager({
    ...{ ...settings, clock, logger: silentLogger },
    ports: createPortPool({ firstPort: 18_900, lastPort: 18_999 }),
    store: createSessionStore(openStore(join(settings.dataDir, 'edge.db'))),
    portalNowMs: () => clock.nowMs(),
    onChange: () => undefined,
    onView: () => undefined,
  });
  manager.setCourts(
    settings.addresses.map((address, index) => ({
      courtId: `c${String(index + 1)}`,
      lowDelay: settings.lowDelay ?? false,
      clubId: 'club',
      address,
    })),
  );
  await (
    await manager.recover()
  ).finished;
  process.on('message', (desired) => manager.reconcile(desired as DesiredSession[]));
  const tell = setInterval(() => {
    const reports = manager.reports();
    const ports = Object.fromEntries(
      reports.map(({ sessionId }) => [sessionId, manager.find(sessionId)?.port]),
    );
    process.send?.({ loadedAtMs, reports, ports } satisfies Told);
  }, TELL_MS);
  await once(process, 'SIGTERM');
  clearInterval(tell);
  await manager.release();
  process.exit(0);
}

if (process.argv[1] === import.meta.filename)
  await runDevice(JSON.parse(process.argv[2] ?? '') as DeviceSettings);
