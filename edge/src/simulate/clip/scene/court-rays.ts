/**
 * What a ray from the camera meets: the court as the rules of the International Padel Federation measure it
 * (10 x 20 m, service lines 6.95 m from the net, lines 5 cm, back walls 3 m of glass and 1 m of mesh), in a hall.
 */
import type { Point } from './view.ts';

/** Red, green, blue from 0 to 1. */
export type Colour = readonly [number, number, number];

/** A colour and how much of it covers what lies behind, 0 to 1. */
export interface Veil {
  colour: Colour;
  cover: number;
}

const HALF_WIDTH = 5;
const HALF_LENGTH = 10;
const SERVICE_LINE = 6.95;
const HALF_LINE = 0.04;
const GLASS_TOP = 3;
const MESH_TOP = 4;
export const NET_HEIGHT = 0.9;

const TURF: Colour = [0.075, 0.33, 0.66];
const LINE: Colour = [0.93, 0.95, 0.97];
const HALL_FLOOR: Colour = [0.27, 0.3, 0.33];
const STEEL: Colour = [0.07, 0.08, 0.1];
const GLASS: Colour = [0.62, 0.78, 0.84];
const NET_BAND: Colour = [0.95, 0.96, 0.96];

/** The colour seen along a ray, everything but the net and what moves. */
export function traceRay(eye: Point, ray: Point): Colour {
  let seen = traceSolid(eye, ray);
  for (const { distance, veil } of findVeils(eye, ray).sort((a, b) => b.distance - a.distance)) {
    if (distance < solidDistance(eye, ray)) seen = mix(seen, veil.colour, veil.cover);
  }
  return seen;
}

/** The net along a ray, or undefined where it isn't met. */
export function traceNet(eye: Point, ray: Point): Veil | undefined {
  const at = meet(eye, ray, -eye.z / ray.z);
  if (Math.abs(at.x) > HALF_WIDTH || at.y < 0 || at.y > NET_HEIGHT) return undefined;
  if (Math.abs(at.x) > HALF_WIDTH - 0.07) return { colour: STEEL, cover: 1 };
  if (at.y > NET_HEIGHT - 0.07) return { colour: NET_BAND, cover: 1 };
  if (Math.abs(at.x) < 0.025) return { colour: NET_BAND, cover: 0.9 };
  return { colour: [0.02, 0.03, 0.05], cover: 0.5 };
}

function solidDistance(eye: Point, ray: Point): number {
  return ray.y < 0 ? -eye.y / ray.y : Number.POSITIVE_INFINITY;
}

/** Floor where the ray goes down and lands in the hall, else the hall's walls. */
function traceSolid(eye: Point, ray: Point): Colour {
  const floor = meet(eye, ray, solidDistance(eye, ray));
  if (ray.y < 0 && floor.z < 19 && Math.abs(floor.x) < 15) return shadeFloor(floor);
  const byEnd = (19 - eye.z) / ray.z;
  const bySide = ray.x === 0 ? Number.POSITIVE_INFINITY : (15 - Math.abs(eye.x)) / Math.abs(ray.x);
  return shadeHall(meet(eye, ray, Math.min(byEnd, bySide)), byEnd < bySide);
}

function shadeFloor({ x, z }: Point): Colour {
  const inside = Math.abs(x) <= HALF_WIDTH && Math.abs(z) <= HALF_LENGTH;
  const light = 0.8 + 0.34 * lampLight(x, z);
  if (!inside) return scale(HALL_FLOOR, light * (0.9 + 0.12 * grain(x * 1.3, z * 1.3)));
  if (isLine(x, z)) return scale(LINE, Math.min(1, light + 0.02));
  return scale(TURF, light * (0.95 + 0.07 * grain(x * 0.9, z * 0.9) + 0.05 * grain(x * 23, z * 23)));
}

function isLine(x: number, z: number): boolean {
  if (Math.abs(Math.abs(z) - SERVICE_LINE) < HALF_LINE) return true;
  return Math.abs(x) < HALF_LINE && Math.abs(z) < SERVICE_LINE + 0.2;
}

/** Four lamps a side, over the side walls, as soft pools of light. */
function lampLight(x: number, z: number): number {
  let light = 0;
  for (const lampX of [-4.4, 4.4]) {
    for (const lampZ of [-7.5, -2.5, 2.5, 7.5]) {
      light += Math.exp(-((x - lampX) ** 2 + (z - lampZ) ** 2) / 14);
    }
  }
  return Math.min(1, light * 0.75);
}

/** The hall behind the court: dark cladding, a warm band of wood, lit from below by the court. */
function shadeHall(at: Point, isEnd: boolean): Colour {
  const across = isEnd ? at.x : at.z;
  const seam = Math.abs(across / 2.5 - Math.round(across / 2.5)) < 0.012 ? 0.75 : 1;
  const glow = Math.exp(-((across / 13) ** 2)) * Math.exp(-Math.max(0, at.y) / 9);
  const cladding: Colour = at.y < 1.3 ? [0.56, 0.43, 0.3] : [0.27, 0.32, 0.37];
  return scale(cladding, (0.55 + 0.6 * glow) * seam);
}

interface Met {
  distance: number;
  veil: Veil;
}

/** Glass, mesh and posts that the ray passes, in no order; the near back wall is behind the camera. */
function findVeils(eye: Point, ray: Point): Met[] {
  const met: Met[] = [];
  const toBack = (HALF_LENGTH - eye.z) / ray.z;
  const back = meet(eye, ray, toBack);
  if (Math.abs(back.x) <= HALF_WIDTH) pushVeil(met, toBack, veilOfWall(back.x, back.y, GLASS_TOP));
  if (ray.x === 0) return met;
  const distance = (Math.sign(ray.x) * HALF_WIDTH - eye.x) / ray.x;
  const at = meet(eye, ray, distance);
  if (Math.abs(at.z) <= HALF_LENGTH) pushVeil(met, distance, veilOfSide(at));
  return met;
}

function pushVeil(met: Met[], distance: number, veil: Veil | undefined): void {
  if (veil !== undefined) met.push({ distance, veil });
}

/** Side walls: glass 3 m high for 2 m from the back wall, then 2 m high for 2 m, then mesh; open at the net. */
function veilOfSide({ y, z }: Point): Veil | undefined {
  const fromBack = HALF_LENGTH - Math.abs(z);
  if (fromBack > 9.1) return undefined;
  const glassTop = fromBack < 2 ? 3 : fromBack < 4 ? 2 : 0;
  const top = fromBack < 2 ? MESH_TOP : 3;
  return y > top ? undefined : veilOfWall(z, y, glassTop, top);
}

/** One wall: steel posts every 2 m and rails at the edges, glass below, mesh above. */
function veilOfWall(across: number, y: number, glassTop: number, top = MESH_TOP): Veil | undefined {
  if (y < 0 || y > top) return undefined;
  const toPost = Math.abs((across + 1) / 2 - Math.round((across + 1) / 2)) * 2;
  if (toPost < 0.04 || y > top - 0.06 || Math.abs(y - glassTop) < 0.035)
    return { colour: STEEL, cover: 0.95 };
  if (y > glassTop) return { colour: [0.05, 0.06, 0.07], cover: 0.3 };
  return { colour: GLASS, cover: 0.07 + 0.09 * (Math.sin(across * 0.55 + y * 0.8 + 1) > 0.72 ? 1 : 0) };
}

function meet(eye: Point, ray: Point, distance: number): Point {
  return { x: eye.x + ray.x * distance, y: eye.y + ray.y * distance, z: eye.z + ray.z * distance };
}

function mix(behind: Colour, front: Colour, cover: number): Colour {
  const blendOne = (a: number, b: number): number => a + (b - a) * cover;
  return [blendOne(behind[0], front[0]), blendOne(behind[1], front[1]), blendOne(behind[2], front[2])];
}

function scale(colour: Colour, by: number): Colour {
  return [Math.min(1, colour[0] * by), Math.min(1, colour[1] * by), Math.min(1, colour[2] * by)];
}

/** Smooth noise from 0 to 1, the same for the same place. */
function grain(x: number, z: number): number {
  const [cellX, cellZ] = [Math.floor(x), Math.floor(z)];
  const [u, v] = [smooth(x - cellX), smooth(z - cellZ)];
  const top = hash(cellX, cellZ) * (1 - u) + hash(cellX + 1, cellZ) * u;
  const bottom = hash(cellX, cellZ + 1) * (1 - u) + hash(cellX + 1, cellZ + 1) * u;
  return top * (1 - v) + bottom * v;
}

function smooth(t: number): number {
  return t * t * (3 - 2 * t);
}

function hash(x: number, z: number): number {
  let h = Math.imul(x, 374761393) ^ Math.imul(z, 668265263);
  h = Math.imul(h ^ (h >>> 13), 1274126177);
  return ((h ^ (h >>> 16)) >>> 0) / 2 ** 32;
}
