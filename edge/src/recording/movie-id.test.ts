import { expect, test } from 'vitest';
import { compareMovies, formatMovieId, parseMovieId } from './movie-id.ts';

const EARLY = 'sess_north_one_1767225600';
const LATE = 'sess_north_one_1767225700';

test.each([
  [EARLY, { sessionId: EARLY, number: 1 }],
  [`${EARLY}.2`, { sessionId: EARLY, number: 2 }],
  [`${EARLY}.11`, { sessionId: EARLY, number: 11 }],
])('%s is read as it was written', (movieId, name) => {
  expect(parseMovieId(movieId)).toEqual(name);
  expect(formatMovieId(name)).toBe(movieId);
});

test('the earlier match goes first, and of one match the movie itself', () => {
  const ids = [LATE, `${EARLY}.10`, `${LATE}.2`, `${EARLY}.2`, EARLY];
  expect(ids.sort(compareMovies)).toEqual([EARLY, `${EARLY}.2`, `${EARLY}.10`, LATE, `${LATE}.2`]);
});
