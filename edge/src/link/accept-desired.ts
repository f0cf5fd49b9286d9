/** Which desired document counts: pure. Messages may be old, repeated and out of order. */

export interface DesiredVersion {
  generation: string;
  rev: number;
}

/**
 * A higher `rev` of the same generation, or any `rev` of a generation that is new. One that was left behind never
 * comes back: it is an old message.
 */
export function acceptsDesired(
  current: DesiredVersion | undefined,
  pastGenerations: readonly string[],
  incoming: DesiredVersion,
): boolean {
  if (current === undefined) return true;
  if (incoming.generation === current.generation) return incoming.rev > current.rev;
  return !pastGenerations.includes(incoming.generation);
}
