/** What a movie is called on its way to the portal: its session's id, or `<sessionId>.2` for one beside it. Pure. */
import { parseSessionId } from '@padelvar/shared/ids';

export interface MovieName {
  sessionId: string;
  /** 1 for the match itself. */
  number: number;
}

export function formatMovieId({ sessionId, number }: MovieName): string {
  return number === 1 ? sessionId : `${sessionId}.${String(number)}`;
}

export function parseMovieId(movieId: string): MovieName {
  const [sessionId = '', number] = movieId.split('.');
  return { sessionId, number: number === undefined ? 1 : Number(number) };
}

/** The earlier match first, and of one match the movie itself. For sorting. */
export function compareMovies(a: string, b: string): number {
  const [one, other] = [parseMovieId(a), parseMovieId(b)];
  const openedAt = ({ sessionId }: MovieName): number => parseSessionId(sessionId)?.openedAtSeconds ?? 0;
  return openedAt(one) - openedAt(other) || one.number - other.number;
}
