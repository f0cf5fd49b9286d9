/**
 * A rally of four players that repeats without a seam after `seconds`: pure functions of time.
 * Near team z < 0, far team z > 0; strokes alternate between the teams.
 */
import type { Point } from './view.ts';

export interface PlayerPose {
  x: number;
  z: number;
  /** Metres per second, to swing the legs. */
  speed: number;
  /** Metres run so far, the phase of the steps. */
  stride: number;
  /** 0 at rest, 1 at the moment of the stroke. */
  stroke: number;
  team: 'near' | 'far';
  /** 0 or 1 inside the team. */
  member: number;
}

export interface Rally {
  players(atSeconds: number): PlayerPose[];
  ball(atSeconds: number): Point;
}

interface Stroke {
  atSeconds: number;
  team: 'near' | 'far';
  member: number;
  at: Point;
}

const STROKE_SECONDS = 1.25;
/** Metres. */
const CONTACT_HEIGHT = 1.05;
export const BALL_RADIUS = 0.055;

export function createRally(seconds: number): Rally {
  const strokes = planStrokes(seconds);
  const paths = (['near', 'far'] as const).flatMap((team) =>
    [0, 1].map((member) => createPlayer(strokes, seconds, team, member)),
  );
  return {
    players: (atSeconds) => paths.map((pose) => pose(atSeconds % seconds)),
    ball: (atSeconds) => findBall(strokes, seconds, atSeconds % seconds),
  };
}

function planStrokes(seconds: number): Stroke[] {
  const count = Math.max(2, 2 * Math.round(seconds / STROKE_SECONDS / 2));
  return Array.from({ length: count }, (_, index) => {
    const team = index % 2 === 0 ? 'near' : 'far';
    const member = chance(index * 3 + 1) > 0.5 ? 1 : 0;
    const side = team === 'near' ? -1 : 1;
    const x = (member === 0 ? -1 : 1) * (0.9 + 2.7 * chance(index * 3 + 2));
    return {
      atSeconds: (index * seconds) / count,
      team,
      member,
      at: { x, y: CONTACT_HEIGHT, z: side * (3.2 + 4.6 * chance(index * 3 + 3)) },
    };
  });
}

interface Waypoint {
  atSeconds: number;
  x: number;
  z: number;
}

function createPlayer(
  strokes: readonly Stroke[],
  seconds: number,
  team: 'near' | 'far',
  member: number,
): (atSeconds: number) => PlayerPose {
  const own = strokes.filter((stroke) => stroke.team === team && stroke.member === member);
  const waypoints = planWaypoints(own, seconds, team, member)
    .map((waypoint) => ({ ...waypoint, atSeconds: waypoint.atSeconds % seconds }))
    .sort((a, b) => a.atSeconds - b.atSeconds);
  const place = (atSeconds: number): Waypoint => interpolate(waypoints, seconds, atSeconds % seconds);
  return (atSeconds) => {
    const [now, next] = [place(atSeconds), place(atSeconds + 0.04)];
    const speed = Math.hypot(next.x - now.x, next.z - now.z) / 0.04;
    const away = Math.min(...own.map((stroke) => gap(stroke.atSeconds, atSeconds, seconds)), 9);
    return {
      ...{ x: now.x, z: now.z, team, member, speed },
      stride: (now.x - now.z) * 1.1 + (member + (team === 'near' ? 0 : 2)) * 1.7,
      stroke: Math.max(0, 1 - away / 0.38),
    };
  };
}

/** At each stroke the player stands beside the ball; between strokes it goes home. */
function planWaypoints(own: readonly Stroke[], seconds: number, team: string, member: number): Waypoint[] {
  const side = team === 'near' ? -1 : 1;
  const home = (seed: number): { x: number; z: number } => ({
    x: (member === 0 ? -1 : 1) * (1.9 + 0.9 * chance(seed)),
    z: side * (4.4 + 1.8 * chance(seed + 1)),
  });
  if (own.length === 0) return [0, 1, 2, 3].map((n) => ({ atSeconds: (n * seconds) / 4, ...home(n * 7) }));
  return own.flatMap((stroke, index) => {
    const next = own[index + 1]?.atSeconds ?? (own[0]?.atSeconds ?? 0) + seconds;
    const reach = (member === 0 ? -1 : 1) * side * 0.55;
    const waypoints = [{ atSeconds: stroke.atSeconds, x: stroke.at.x + reach, z: stroke.at.z + side * 0.15 }];
    const count = Math.floor((next - stroke.atSeconds) / 2);
    for (let n = 1; n <= count; n += 1) {
      const atSeconds = stroke.atSeconds + ((next - stroke.atSeconds) * n) / (count + 1);
      waypoints.push({ atSeconds, ...home(index * 11 + n + member) });
    }
    return waypoints;
  });
}

function interpolate(waypoints: readonly Waypoint[], seconds: number, atSeconds: number): Waypoint {
  const first = waypoints[0] ?? { atSeconds: 0, x: 0, z: 0 };
  const last = waypoints.at(-1) ?? first;
  const later = waypoints.findIndex((waypoint) => waypoint.atSeconds > atSeconds);
  const to = later === -1 ? { ...first, atSeconds: first.atSeconds + seconds } : (waypoints[later] ?? first);
  const before = later === -1 ? last : waypoints[later - 1];
  const from = before ?? { ...last, atSeconds: last.atSeconds - seconds };
  const share = smooth((atSeconds - from.atSeconds) / Math.max(1e-6, to.atSeconds - from.atSeconds));
  return { atSeconds, x: from.x + (to.x - from.x) * share, z: from.z + (to.z - from.z) * share };
}

/** From contact over the net to a bounce halfway through the other side, then up to the next contact. */
function findBall(strokes: readonly Stroke[], seconds: number, atSeconds: number): Point {
  const each = seconds / strokes.length;
  const index = Math.floor(atSeconds / each);
  const from = strokes[index]?.at ?? { x: 0, y: 1, z: 0 };
  const to = strokes[(index + 1) % strokes.length]?.at ?? from;
  const share = atSeconds / each - index;
  const [x, z] = [from.x + (to.x - from.x) * share, from.z + (to.z - from.z) * share];
  const overNet = from.z / (from.z - to.z);
  const bounce = overNet + (1 - overNet) * 0.55;
  if (share < bounce) return { x, z, y: flight(share / bounce, CONTACT_HEIGHT, BALL_RADIUS, 1.5) };
  return { x, z, y: flight((share - bounce) / (1 - bounce), BALL_RADIUS, CONTACT_HEIGHT, 0.35) };
}

function flight(share: number, from: number, to: number, lift: number): number {
  return from + (to - from) * share + 4 * lift * share * (1 - share);
}

/** Seconds between two instants of a loop. */
function gap(a: number, b: number, seconds: number): number {
  const apart = Math.abs(a - b);
  return Math.min(apart, seconds - apart);
}

function smooth(t: number): number {
  return t * t * (3 - 2 * t);
}

/** 0 to 1, the same for the same seed. */
function chance(seed: number): number {
  const value = Math.sin(seed * 127.1 + 11.7) * 43758.5453;
  return value - Math.floor(value);
}
