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

/**
 * The portal says something every 5 s at least. A line that is silent for longer is dead, whatever the browser thinks of
 * it: a phone that woke up elsewhere, a router that was restarted.
 */
const SILENCE_MS = 12_000;

export function openMatchEvents({ sessionId, onStatus, onPeople, onLine }: MatchEventsOptions): MatchEvents {
  let source = open();
  let silence = setTimeout(renew, SILENCE_MS);

  function hear(): void {
    clearTimeout(silence);
    silence = setTimeout(renew, SILENCE_MS);
  }

  function open(): EventSource {
    const opened = new EventSource(`/api/video/record/events/${sessionId}`);
    opened.addEventListener('status', ({ data }: MessageEvent<string>) => {
      hear();
      onLine(true);
      onStatus(JSON.parse(data) as RecordStatus);
    });
    opened.addEventListener('people', ({ data }: MessageEvent<string>) => {
      onPeople(JSON.parse(data) as MatchPeople);
    });
    // The viewer may not see it any more: the next request says why.
    opened.addEventListener('gone', () => {
      close();
      onLine(false);
    });
    // The browser tries again by itself, unless the portal refused.
    opened.addEventListener('error', () => onLine(false));
    return opened;
  }

  function renew(): void {
    source.close();
    onLine(false);
    source = open();
    hear();
  }

  function close(): void {
    clearTimeout(silence);
    source.close();
  }

  return { close };
}
