/** A match's server-sent events in a browser; where they do not get through, the page asks by itself. */
import type { MatchPeople } from '@padelvar/shared/players-api';
import type { RecordStatus } from '@padelvar/shared/portal-api';

export interface MatchEventsOptions {
  sessionId: string;
  onStatus: (status: RecordStatus) => void;
  onPeople: (people: MatchPeople) => void;
  /** Whether events come: while they don't, somebody else has to ask. */
  onLine: (isUp: boolean) => void;
}

export interface MatchEvents {
  close(): void;
}

export function openMatchEvents({ sessionId, onStatus, onPeople, onLine }: MatchEventsOptions): MatchEvents {
  const source = new EventSource(`/api/video/record/events/${sessionId}`);
  source.addEventListener('status', ({ data }: MessageEvent<string>) => {
    onLine(true);
    onStatus(JSON.parse(data) as RecordStatus);
  });
  source.addEventListener('people', ({ data }: MessageEvent<string>) => {
    onPeople(JSON.parse(data) as MatchPeople);
  });
  // The viewer may not see it any more: the next request says why.
  source.addEventListener('gone', () => {
    source.close();
    onLine(false);
  });
  // The browser tries again by itself, unless the portal refused.
  source.addEventListener('error', () => onLine(false));
  return { close: () => source.close() };
}
