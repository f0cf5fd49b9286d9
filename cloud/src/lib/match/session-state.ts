/** How the state of a session looks and reads. */
import type { SessionState } from '@padelvar/shared/session';
import { m } from '#lib/paraglide/messages.js';

export type StateTone = 'rec' | 'court' | 'plain' | 'danger' | 'ok';

const STATES: Record<SessionState, { tone: StateTone; text: () => string }> = {
  idle: { tone: 'plain', text: m.state_idle },
  creating: { tone: 'court', text: m.state_creating },
  created: { tone: 'ok', text: m.state_created },
  starting: { tone: 'court', text: m.state_starting },
  recording: { tone: 'rec', text: m.state_recording },
  stopping: { tone: 'court', text: m.state_stopping },
  complete: { tone: 'ok', text: m.state_complete },
  failed: { tone: 'danger', text: m.state_failed },
};

export function describeState(state: SessionState): { tone: StateTone; text: string } {
  const { tone, text } = STATES[state];
  return { tone, text: text() };
}
