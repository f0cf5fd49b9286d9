/** One session as its page sees it: opened, watched, started, stopped, until its movie is ready. */
import type { MatchPeople } from '@padelvar/shared/players-api';
import type { RecordStatus, Session } from '@padelvar/shared/portal-api';
import { CURRENT_NOTICE } from '@padelvar/shared/notice-version';
import { getLocale } from '#lib/paraglide/runtime.js';
import type { Api } from './api.ts';
import { planFilming, type Filming } from './filming.ts';
import { openMatchEvents, type MatchEvents } from './match-events.ts';
import { openPoll, type Poll } from './poll.ts';
import { ApiError } from './request.ts';
import { planPollMs, planStage, type Pending, type Stage } from './stage.ts';

/** The portal's own deadline for a start is 15 s; one that is not seen by then never comes. */
const START_PATIENCE_MS = 17_000;
/** Failures of the link are shown as such, but end nothing: the next turn tries again. */
const RETRY_MS = 2000;

/** The portal says something every 5 s at least; what is older may be of before a phone slept. */
const FRESH_MS = 6000;

function isGone(error: unknown): boolean {
  return error instanceof ApiError && [401, 403, 404].includes(error.status);
}

/** Every page with a start shows the recording notice in its own language. */
function shownNotice() {
  return { version: CURRENT_NOTICE, language: getLocale() } as const;
}

export class Match {
  readonly sessionId: string;
  session = $state<Session>();
  status = $state<RecordStatus>();
  /** Who is in it and who asks to be; only where this person may let others in, and so may do all else with it. */
  people = $state.raw<MatchPeople>();
  /** An answer to somebody is on its way. */
  answering = $state(false);
  /** The last request of the person that failed. */
  actionError = $state<unknown>();
  /** The last poll that failed; cleared by the next that works. */
  linkError = $state<unknown>();
  pending = $state<Pending>();
  readonly stage: Stage = $derived.by(() => planStage(this.status, this.#heardPending()));

  readonly #api: Api;
  #statusAtMs = 0;
  /** Since when nothing has grown, by this browser's clock. */
  #stillSinceMs: number | undefined;
  #pendingSinceMs = 0;
  #poll: Poll | undefined;
  #events: MatchEvents | undefined;
  #hasEvents = false;
  /** They do not get through: everything has to be asked for. */
  #isWithoutEvents = false;
  /** By the wall clock, which goes on while a phone sleeps. */
  #heardAt = 0;
  /** Until the portal says that others are not this person's to let in. */
  #letsIn = true;

  constructor(api: Api, sessionId: string, session?: Session) {
    this.#api = api;
    this.sessionId = sessionId;
    this.session = session;
  }

  /** Follows the session until it is over or `close` is called: by events, and by asking while none come. */
  watch(): void {
    this.#poll ??= openPoll({ turn: (signal) => this.#refresh(signal), nextMs: () => this.#nextMs() });
    this.#events ??= openMatchEvents({
      sessionId: this.sessionId,
      onStatus: (status) => this.#take(status),
      onPeople: (people) => (this.people = people),
      onLine: (isUp) => this.#setLine(isUp),
    });
  }

  close(): void {
    this.#poll?.close();
    this.#poll = undefined;
    this.#events?.close();
    this.#events = undefined;
  }

  /** 15 minutes more. */
  async extend(): Promise<void> {
    await this.#ask(async () => this.#take(await this.#api.extendRecording(this.sessionId)));
  }

  /** Lets somebody in or not; makes room for the next group, which stops the match, or not. */
  async answer(requestId: string, accept: boolean): Promise<void> {
    if (this.answering) return;
    this.answering = true;
    await this.#ask(async () => {
      try {
        this.people = await this.#api.answerRequest(this.sessionId, requestId, accept);
      } catch (error) {
        if (!isGone(error)) throw error;
        // Somebody else of the match was quicker.
        this.people = await this.#api.getPeople(this.sessionId);
      }
    });
    this.answering = false;
  }

  /** For the club's usual time where left out. */
  async start(durationMinutes?: number): Promise<void> {
    await this.#act('starting', () =>
      this.#api.startRecording(this.sessionId, durationMinutes, shownNotice()),
    );
  }

  async stop(): Promise<void> {
    await this.#act('stopping', () => this.#api.stopRecording(this.sessionId));
  }

  /** Seconds recorded by now: the last report, carried on by this browser's own clock while the box is in touch. */
  elapsedSeconds(nowMs: number): number {
    if (this.status === undefined) return 0;
    const { active, deviceOnline, elapsedSeconds, durationSeconds } = this.status;
    if (!active || !deviceOnline) return elapsedSeconds;
    return Math.min(durationSeconds, elapsedSeconds + Math.max(0, nowMs - this.#statusAtMs) / 1000);
  }

  /** What a running recording is at now; undefined where none runs. */
  filming(nowMs: number): Filming | undefined {
    if (this.status === undefined || this.stage !== 'recording') return undefined;
    return planFilming(this.status, nowMs - (this.#stillSinceMs ?? nowMs));
  }

  /** What the portal may not even have heard is not shown as if it were done. */
  #heardPending(): Pending {
    return this.linkError === undefined ? this.pending : undefined;
  }

  /** Whatever goes wrong is shown as the person's last request. */
  async #ask(request: () => Promise<void>): Promise<void> {
    this.actionError = undefined;
    try {
      await request();
    } catch (error) {
      this.actionError = error;
    }
  }

  #setLine(isUp: boolean): void {
    const wasUp = this.#hasEvents;
    this.#hasEvents = isUp;
    this.#isWithoutEvents = !isUp;
    if (isUp) this.linkError = undefined;
    else if (wasUp) this.#poll?.nudge();
  }

  async #act(pending: NonNullable<Pending>, request: () => Promise<RecordStatus>): Promise<void> {
    if (this.pending !== undefined) return;
    this.pending = pending;
    this.#pendingSinceMs = performance.now();
    this.actionError = undefined;
    try {
      this.#take(await request());
      this.#poll?.nudge();
    } catch (error) {
      this.pending = undefined;
      this.actionError = error;
    }
  }

  async #refresh(signal: AbortSignal): Promise<void> {
    if (this.#hasEvents && Date.now() - this.#heardAt < FRESH_MS) return;
    try {
      this.#take(await this.#api.getRecordingStatus(this.sessionId, signal));
      this.linkError = undefined;
      if (this.#isWithoutEvents && this.#letsIn) await this.#refreshPeople(signal);
    } catch (error) {
      if (!signal.aborted) this.linkError = error;
    }
  }

  async #refreshPeople(signal: AbortSignal): Promise<void> {
    try {
      this.people = await this.#api.getPeople(this.sessionId, signal);
    } catch (error) {
      if (!isGone(error)) throw error;
      this.#letsIn = false;
    }
  }

  #take(status: RecordStatus): void {
    this.status = status;
    this.#heardAt = Date.now();
    this.#statusAtMs = performance.now();
    if (planPollMs(this.stage) === undefined) {
      this.#events?.close();
      // The end says more than what failed before it.
      this.actionError = undefined;
    }
    this.#stillSinceMs = status.growing ? undefined : (this.#stillSinceMs ?? this.#statusAtMs);
    const waiting = status.state === 'created' || status.state === 'starting';
    if (this.pending === 'starting' && !waiting) this.pending = undefined;
    if (this.pending === 'stopping' && status.state !== 'recording') this.pending = undefined;
    if (this.pending === 'starting' && performance.now() - this.#pendingSinceMs > START_PATIENCE_MS) {
      this.pending = undefined;
      this.actionError = new ApiError('timeout', { status: 504, detail: 'no start in time' });
    }
  }

  #nextMs(): number | undefined {
    if (isGone(this.linkError)) return undefined;
    const waitMs = planPollMs(this.stage);
    if (this.#hasEvents && waitMs !== undefined) return RETRY_MS;
    return this.linkError === undefined ? waitMs : RETRY_MS;
  }
}
