/** What has to be done so that the device's sessions become what the portal wants. Pure; the manager performs it. */
import type { DesiredSession } from '@padelvar/shared/link';
import { isEnded } from '@padelvar/shared/session';
import type { EndReason, SessionState } from '@padelvar/shared/session';

/** A session as the device knows it. */
export interface KnownSession {
  sessionId: string;
  courtId: string;
  state: SessionState;
  /** When the hard stop of its recording comes, in seconds from the start. */
  durationSeconds?: number | undefined;
  /** Opened on the device itself: not the portal's to forget. */
  isLocal: boolean;
}

export type Action =
  | { do: 'open'; sessionId: string; courtId: string }
  | { do: 'start' | 'extend'; sessionId: string; durationSeconds: number }
  | { do: 'stop' | 'close' | 'refuse'; sessionId: string; courtId: string; reason: EndReason };

/**
 * `portalNowMs` is undefined until the device has learnt the portal's time: until then nothing new begins, while stops
 * and closes are always obeyed.
 */
export function planActions(
  desired: readonly DesiredSession[],
  known: readonly KnownSession[],
  portalNowMs: number | undefined,
): Action[] {
  const planned = desired.flatMap((wanted) => planSession(wanted, known, portalNowMs));
  const wantedIds = new Set(desired.map(({ sessionId }) => sessionId));
  const forgotten = known
    .filter(({ sessionId, isLocal }) => !isLocal && !wantedIds.has(sessionId))
    .flatMap(planForgotten);
  return [...forgotten, ...planned];
}

function planSession(
  wanted: DesiredSession,
  known: readonly KnownSession[],
  portalNowMs: number | undefined,
): Action[] {
  const own = known.find(({ sessionId }) => sessionId === wanted.sessionId);
  return own === undefined ? planUnknown(wanted, known, portalNowMs) : planKnown(wanted, own, portalNowMs);
}

function planUnknown(
  wanted: DesiredSession,
  known: readonly KnownSession[],
  portalNowMs: number | undefined,
): Action[] {
  const { sessionId, courtId } = wanted;
  const over = wanted.close ?? wanted.recording?.stop;
  if (over !== undefined) return [{ do: 'refuse', sessionId, courtId, reason: over.reason }];
  if (portalNowMs === undefined) return [];
  if (portalNowMs > wanted.openDeadlineAt) return [{ do: 'refuse', sessionId, courtId, reason: 'expired' }];
  // The court is given up by its last session first; the next look opens this one.
  if (known.some((other) => other.courtId === courtId && !isEnded(other.state))) return [];
  return [{ do: 'open', sessionId, courtId }];
}

function planKnown(
  { recording, close }: DesiredSession,
  own: KnownSession,
  portalNowMs: number | undefined,
): Action[] {
  const { sessionId, courtId, state } = own;
  if (isEnded(state) || state === 'stopping') return [];
  if (recording?.stop !== undefined)
    return [{ do: 'stop', sessionId, courtId, reason: recording.stop.reason }];
  if (close !== undefined) return [{ do: 'close', sessionId, courtId, reason: close.reason }];
  if (recording === undefined) return [];
  if (state === 'starting' || state === 'recording') return planLonger(recording, own);
  if (state !== 'created' || portalNowMs === undefined) return [];
  if (portalNowMs > recording.startDeadlineAt)
    return [{ do: 'close', sessionId, courtId, reason: 'expired' }];
  return [{ do: 'start', sessionId, durationSeconds: recording.durationSeconds }];
}

/** A running recording may be asked to go on for longer, never to end before what it was promised. */
function planLonger(
  { durationSeconds }: NonNullable<DesiredSession['recording']>,
  own: KnownSession,
): Action[] {
  const { sessionId, durationSeconds: known = Infinity } = own;
  return durationSeconds > known ? [{ do: 'extend', sessionId, durationSeconds }] : [];
}

/** A running recording is never thrown away because the portal forgot it: its hard stop ends it. */
function planForgotten({ sessionId, courtId, state }: KnownSession): Action[] {
  const isIdle = state === 'creating' || state === 'created';
  return isIdle ? [{ do: 'close', sessionId, courtId, reason: 'superseded' }] : [];
}
