/** How long one picture of a movie stands, by the places of those that were shown; pure. */

/** So many distances between pictures are looked at. */
export const DISTANCES = 25;
/** Where no two were shown yet: most cameras of clubs make 25 a second. */
const USUAL_SECONDS = 1 / 25;
/** Farther apart, something was sought or is missing. */
const FARTHEST_SECONDS = 0.25;

/** The distance of two pictures that follow each other in the movie; undefined where they don't. */
export function planDistance(fromSeconds: number, toSeconds: number): number | undefined {
  const distance = toSeconds - fromSeconds;
  return distance > 0 && distance <= FARTHEST_SECONDS ? distance : undefined;
}

/**
 * Of the distances seen lately. A browser leaves pictures out when it is busy or the movie goes fast, and a camera's clock
 * trembles: the fifth part that is shortest ends about where the true one is.
 */
export function planFrameSeconds(distances: readonly number[]): number {
  const ascending = [...distances].sort((left, right) => left - right);
  return ascending[Math.floor(ascending.length / 5)] ?? USUAL_SECONDS;
}
