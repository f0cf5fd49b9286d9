/** One attempt to record what is planned: the court is opened and the recording asked for, or the court is left free. */
import { AppError } from '@padelvar/shared/errors';
import type { Session } from '@padelvar/shared/portal-api';
import type { ScheduleOutcome } from '@padelvar/shared/schedule-api';
import type { Clock } from '../clock.ts';
import type { Sessions } from '../sessions/sessions.ts';
import { planMinutes, type Planned } from './plan-attempt.ts';
import type { ScheduleRow } from './schedule-rows.ts';

export interface Attempt {
  outcome: ScheduleOutcome;
  sessionId: string | null;
}

export interface RecordPlannedOptions {
  clock: Clock;
  sessions: Pick<Sessions, 'open' | 'start' | 'close'>;
}

/** Longer than the deadline of a device to open its camera, and than what it then takes to say that it could not. */
const OPEN_MS = 40_000;

/** Throws what stood in the way. `onOpened` is done before the recording is asked for. */
export async function recordPlanned(
  { clock, sessions }: RecordPlannedOptions,
  row: ScheduleRow,
  planned: Planned,
  onOpened: (sessionId: string) => Promise<void>,
): Promise<Attempt> {
  const beganAt = clock.nowMs();
  const { sessionId, openedAt } = await open(sessions, row, { clock, planned });
  try {
    await onOpened(sessionId);
    await sessions.start(sessionId, planMinutes(planned, clock.nowMs()) ?? 1);
    return { outcome: 'started', sessionId };
  } catch (error) {
    // One that was open before is whoever's opened it.
    if (Date.parse(openedAt) >= beganAt) await sessions.close(sessionId, 'closed');
    throw error;
  }
}

/** A camera that takes its time is waited for: nothing can be recorded before its first picture. */
async function open(
  sessions: RecordPlannedOptions['sessions'],
  row: ScheduleRow,
  { clock, planned }: { clock: Clock; planned: Planned },
): Promise<Session> {
  const untilMs = clock.monotonicMs() + OPEN_MS;
  const key = `schedule-${row.id}-${String(planned.dueAt)}-${String(clock.nowMs())}`;
  for (;;) {
    try {
      return await sessions.open({ userId: row.created_by, unrecorded: true }, row.court_id, key);
    } catch (error) {
      if (!(error instanceof AppError) || error.kind !== 'timeout') throw error;
      if (clock.monotonicMs() < untilMs) continue;
      const { sessionId } = error.details;
      if (typeof sessionId === 'string') await sessions.close(sessionId, 'closed');
      throw error;
    }
  }
}
