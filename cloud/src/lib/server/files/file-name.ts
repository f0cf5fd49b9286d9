/** What a downloaded match is called: club, court and when it was played there. Pure. */

export interface MatchNames {
  clubName: string;
  courtName: string;
  /** Unix milliseconds. */
  recordedAt: number;
  /** IANA name; one that is unknown counts as UTC. */
  timeZone: string;
  /** Of a clip. */
  title?: string;
}

const MAX_NAME_LENGTH = 60;

/** `Padel Club Lyon - Court 1 - 2026-06-01 20h30.mp4`; of a clip with ` - Match point` before the `.mp4`. */
export function formatFileName({ clubName, courtName, recordedAt, timeZone, title }: MatchNames): string {
  const names = [
    clubName,
    courtName,
    formatLocalTime(recordedAt, timeZone),
    ...(title === undefined ? [] : [title]),
  ];
  return `${names.map((name) => name.slice(0, MAX_NAME_LENGTH).trim()).join(' - ')}.mp4`;
}

/** Of a movie beside the match: `….mp4` becomes `…-2.mp4`. */
export function addMovieNumber(fileName: string, number: number): string {
  return fileName.replace(/\.mp4$/, `-${number}.mp4`);
}

function formatLocalTime(instant: number, timeZone: string): string {
  const parts = createFormat(timeZone).formatToParts(instant);
  const value = (type: Intl.DateTimeFormatPartTypes): string =>
    parts.find((part) => part.type === type)?.value ?? '';
  return `${value('year')}-${value('month')}-${value('day')} ${value('hour')}h${value('minute')}`;
}

function createFormat(timeZone: string): Intl.DateTimeFormat {
  const options = {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  } as const;
  try {
    return new Intl.DateTimeFormat('en-GB', { ...options, timeZone });
  } catch {
    return new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'UTC' });
  }
}
