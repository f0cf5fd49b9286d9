/**
 * The control link: what the portal wants comes in, what is so goes out. MQTT makes it fast, an HTTPS poll beside it
 * makes it certain; it reconnects for ever and nothing here waits for it. Owns the connection, the journal's rule and
 * the command rule. Does not own what desired sessions mean (`session/`). May import `base`, `store` and shared.
 */
import { Desired, type Command, type Reported, type Telemetry } from '@padelvar/shared/link';
import { DESIRED_POLL_SECONDS } from '@padelvar/shared/limits';
import { repeat, type Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Journal } from '../store/journal.ts';
import type { Outbox } from '../store/outbox.ts';
import { createCommandIntake, type CommandAnswer } from './command-intake.ts';
import { createDesiredIntake } from './desired-intake.ts';
import { createEventPump, type NewEvent } from './event-pump.ts';
import { createLatestReport, type LatestReport } from './latest-report.ts';
import { attemptLink, type LinkConnection } from './link-attempt.ts';
import { keepLinked } from './link-keeper.ts';
import type { Portal } from './portal.ts';

export interface DeviceLinkOptions {
  portal: Portal;
  journal: Journal;
  outbox: Outbox;
  clock: Clock;
  log: Logger;
  /** A document that counts; it is on disk already. Called with the last known one before anything else. */
  onDesired: (desired: Desired) => void;
  /** Carries a command out; answers why it could not. */
  onCommand: (command: Command) => Promise<CommandAnswer>;
  /** Asked for with each renewal of presence. */
  telemetry?: () => Telemetry;
  pollSeconds?: number;
  keepaliveSeconds?: number;
}

export interface DeviceLink {
  readonly connected: boolean;
  /** The newest report replaces one that has not left yet. */
  report(reported: Reported): void;
  /** Stored on disk before it returns, sent when that can be. */
  event(event: NewEvent): void;
  /** Says goodbye where that can be said at once. */
  close(): Promise<void>;
}

export function openDeviceLink(options: DeviceLinkOptions): DeviceLink {
  const { portal, journal, clock, log } = options;
  const ending = new AbortController();
  const reports = createLatestReport();
  const events = createEventPump(options.outbox);
  const takeDesired = createDesiredIntake(options, events.confirm);
  const takeCommand = createCommandIntake(options);
  let connection: LinkConnection | undefined;

  const tellTelemetry = async (standing: LinkConnection): Promise<void> => {
    if (options.telemetry !== undefined) await standing.publishTelemetry(options.telemetry());
  };
  const use = (next: LinkConnection | undefined): void => {
    connection = next;
    // What is lost of it is told again half a minute later.
    if (next !== undefined) void tellTelemetry(next).catch(() => undefined);
    reports.use(next && ((reported) => next.publishReported(reported)));
    events.use(next && ((event) => next.publishEvent(event)));
  };
  const attempt = (token: string): Promise<LinkConnection> =>
    attemptLink({
      ...portal.enrollment,
      ...(options.keepaliveSeconds === undefined ? {} : { keepaliveSeconds: options.keepaliveSeconds }),
      token,
      epoch: journal.nextEpoch(clock.nowMs()),
      log,
      signal: ending.signal,
      onRefused: () => portal.token.discard(token),
      onDesired: takeDesired,
      onCommand: takeCommand,
    });
  const renew = async (standing: LinkConnection): Promise<void> => {
    await standing.publishPresence();
    await tellTelemetry(standing);
  };

  const known = journal.loadDesired();
  if (known !== undefined) options.onDesired(known);
  const getToken = (): ReturnType<Portal['token']['get']> => portal.token.get();
  const keeper = keepLinked({ clock, log, signal: ending.signal, getToken, attempt, use, renew });
  const poll = createPoll({ ...options, reports, takeDesired, signal: ending.signal });
  const firstPoll = poll();
  const stopPoll = repeat(clock, (options.pollSeconds ?? DESIRED_POLL_SECONDS) * 1000, poll);

  return {
    get connected() {
      return connection !== undefined;
    },
    report: (reported) => reports.set(reported),
    event: (event) => events.add(event),
    async close() {
      ending.abort(new Error('the link is closed'));
      await Promise.all([keeper, firstPoll, stopPoll()]);
    },
  };
}

/** The way that works wherever HTTPS does: gives the report that MQTT did not bring, asks for what is desired. */
function createPoll(options: {
  portal: Portal;
  clock: Clock;
  log: Logger;
  reports: LatestReport;
  takeDesired: (desired: Desired) => void;
  signal: AbortSignal;
}): () => Promise<void> {
  const { portal, clock, log, reports, takeDesired, signal } = options;
  return async () => {
    try {
      const unsent = reports.unsent();
      if (unsent !== undefined) {
        await portal.client.request('/api/edge/reported', { json: unsent, signal });
        reports.markSent(unsent);
      }
      const sentAtMs = clock.monotonicMs();
      const answer = await portal.client.request('/api/edge/desired', { signal });
      const desired = Desired.parse(await answer.json());
      portal.time.learn(desired.serverTime, sentAtMs);
      takeDesired(desired);
    } catch (error) {
      if (!signal.aborted) log.debug({ reason: String(error) }, 'the portal could not be polled');
    }
  };
}
