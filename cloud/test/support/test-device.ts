/** A mini-PC without cameras: the edge's real link on a temporary folder, and a court that obeys at once. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type {
  Command,
  Desired,
  DesiredSession,
  Reply,
  Reported,
  ReportedSession,
  Telemetry,
} from '@padelvar/shared/link';
import { systemClock } from '../../../edge/src/base/clock.ts';
import { silentLogger } from '../../../edge/src/base/log.ts';
import type { CommandAnswer } from '../../../edge/src/link/command-intake.ts';
import { openDeviceLink, type DeviceLink } from '../../../edge/src/link/device-link.ts';
import { enroll } from '../../../edge/src/link/enroll.ts';
import { findEnrollment, loadOrCreateIdentity } from '../../../edge/src/link/identity.ts';
import { createPortal, type Portal } from '../../../edge/src/link/portal.ts';
import { openStore } from '../../../edge/src/store/database.ts';
import { createJournal } from '../../../edge/src/store/journal.ts';
import { createOutbox, type Outbox } from '../../../edge/src/store/outbox.ts';

export interface TestDevice {
  deviceId: string;
  folder: string;
  portal: Portal;
  link: DeviceLink;
  outbox: Outbox;
  /** All documents that counted. */
  desired: Desired[];
  commands: Command[];
  /** Says that this is so now. */
  report: (sessions: ReportedSession[]) => void;
  /** Waits until `check` holds, asked at each document and command. */
  until: (check: () => boolean) => Promise<void>;
  close: () => Promise<void>;
}

export interface TestDeviceOptions {
  /** What the court says of a session that is asked of it; undefined: nothing. */
  obey?: (session: DesiredSession) => ReportedSession | undefined;
  onCommand?: (command: Command) => Promise<Reply['error'] | CommandAnswer | undefined>;
  telemetry?: () => Telemetry;
  pollSeconds?: number;
  keepaliveSeconds?: number;
}

export async function enrollTestDevice(origin: string, token: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'padelvar-device-'));
  await enroll({ identityFolder: join(folder, 'identity'), portalOrigin: origin, token });
  return folder;
}

export async function openTestDevice(folder: string, options: TestDeviceOptions = {}): Promise<TestDevice> {
  const identity = await loadOrCreateIdentity(join(folder, 'identity'));
  const enrollment = await findEnrollment(join(folder, 'identity'));
  if (enrollment === undefined) throw new Error('expected an enrolled device');
  const store = openStore(join(folder, 'edge.db'));
  const outbox = createOutbox(store);
  const portal = createPortal({ enrollment, identity, clock: systemClock });
  const desired: Desired[] = [];
  const commands: Command[] = [];
  const waiting = new Set<() => void>();
  const wake = (): void => [...waiting].forEach((ask) => ask());
  const obey = options.obey ?? obedient;
  const link: DeviceLink = openDeviceLink({
    portal,
    journal: createJournal(store),
    outbox,
    clock: systemClock,
    log: silentLogger,
    onDesired(document) {
      desired.push(document);
      // The first may come from the journal, before there is a link to answer by.
      queueMicrotask(() => {
        report(document.sessions.flatMap((session) => obey(session) ?? []));
        wake();
      });
    },
    async onCommand(command) {
      commands.push(command);
      wake();
      const answer = (await options.onCommand?.(command)) ?? {};
      return 'kind' in answer ? { error: answer } : answer;
    },
    ...(options.telemetry === undefined ? {} : { telemetry: options.telemetry }),
    ...(options.pollSeconds === undefined ? {} : { pollSeconds: options.pollSeconds }),
    ...(options.keepaliveSeconds === undefined ? {} : { keepaliveSeconds: options.keepaliveSeconds }),
  });
  const report = (sessions: ReportedSession[]): void => link.report(reportOf(desired.at(-1), sessions));
  return {
    deviceId: enrollment.deviceId,
    folder,
    portal,
    link,
    outbox,
    desired,
    commands,
    report,
    until: (check) =>
      new Promise((resolve) => {
        const ask = (): void => {
          if (!check()) return;
          waiting.delete(ask);
          resolve();
        };
        waiting.add(ask);
        ask();
      }),
    async close() {
      await link.close();
      store.close();
    },
  };
}

export function removeTestDevice(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true });
}

/** Camera open at once, recording at once, whole at once. */
export function obedient({ sessionId, courtId, recording, close }: DesiredSession): ReportedSession {
  const base = { sessionId, courtId };
  if (recording === undefined) {
    return close === undefined
      ? { ...base, state: 'created' }
      : { ...base, state: 'complete', reason: close.reason };
  }
  const body = {
    elapsedMs: 2_000,
    durationSeconds: recording.durationSeconds,
    bytes: 1_000_000,
    growing: recording.stop === undefined,
    gaps: [],
    upload: { sentBytes: 0, confirmed: false },
  };
  if (recording.stop === undefined) return { ...base, state: 'recording', recording: body };
  const { reason } = recording.stop;
  const movie = { bytes: 1_000_100, durationMs: 2_000, frames: 50, codec: 'avc1', width: 1920, height: 1080 };
  return { ...base, state: 'complete', reason, recording: { ...body, reason, movie } };
}

export function reportOf(desired: Desired | undefined, sessions: ReportedSession[]): Reported {
  return {
    v: 1,
    generation: desired?.generation ?? '',
    rev: desired?.rev ?? 0,
    bootId: 'boot',
    epoch: 1,
    sessions,
    courts: [],
    lan: ['192.0.2.7'],
    build: 'test',
    clock: Date.now(),
  };
}
