/** One player as limbs: a small skeleton, projected joint by joint. */
import { drawLimb, drawShadow, mixInk, type Ink, type Picture } from './picture.ts';
import type { PlayerPose } from './rally.ts';
import type { Point, Projected, View } from './view.ts';

interface Kit {
  shirt: Ink;
  shorts: Ink;
  skin: Ink;
  hair: Ink;
}

const SHOE = mixInk(0.92, 0.92, 0.93);
const RACKET = mixInk(0.1, 0.1, 0.12);
const SKIN = [mixInk(0.78, 0.58, 0.46), mixInk(0.55, 0.38, 0.28)] as const;
const HAIR = [mixInk(0.16, 0.11, 0.08), mixInk(0.3, 0.2, 0.12)] as const;

const KITS: Record<PlayerPose['team'], readonly [Kit, Kit]> = {
  near: [
    { shirt: mixInk(0.93, 0.35, 0.24), shorts: mixInk(0.12, 0.13, 0.17), skin: SKIN[0], hair: HAIR[0] },
    { shirt: mixInk(0.9, 0.3, 0.22), shorts: mixInk(0.9, 0.9, 0.92), skin: SKIN[1], hair: HAIR[0] },
  ],
  far: [
    { shirt: mixInk(0.95, 0.95, 0.96), shorts: mixInk(0.1, 0.12, 0.2), skin: SKIN[0], hair: HAIR[1] },
    { shirt: mixInk(0.93, 0.94, 0.95), shorts: mixInk(0.13, 0.14, 0.2), skin: SKIN[1], hair: HAIR[0] },
  ],
};

export function drawFigureShadow(picture: Picture, view: View, pose: PlayerPose): void {
  const at = view.project({ x: pose.x, y: 0, z: pose.z });
  drawShadow(picture, at, 0.62 * at.scale, 0.24 * at.scale, 0.55);
}

export function drawFigure(picture: Picture, view: View, pose: PlayerPose): void {
  const kit = KITS[pose.team][pose.member === 0 ? 0 : 1];
  const ahead = pose.team === 'near' ? 1 : -1;
  const joint = (side: number, up: number, forward: number): Projected =>
    view.project(shift(pose, side, up, forward * ahead));
  drawLegs(picture, joint, pose, kit);
  drawLimb(picture, joint(0, 0.98, 0), 0.165, joint(0, 0.86, 0), 0.18, kit.shorts);
  drawLimb(picture, joint(0, 1.02, 0.02), 0.16, joint(0, 1.36, 0.08), 0.205, kit.shirt);
  drawArms(picture, joint, pose, kit);
  const head = joint(0, 1.68, 0.14);
  drawLimb(picture, joint(0, 1.5, 0.1), 0.06, head, 0.105, kit.skin);
  const hair = joint(0, 1.73, ahead === 1 ? 0.11 : 0.2);
  drawLimb(picture, hair, 0.1, hair, 0.1, kit.hair);
}

type Joint = (side: number, up: number, forward: number) => Projected;

/** Knees and feet swing with the steps, the more the faster. */
function drawLegs(picture: Picture, joint: Joint, pose: PlayerPose, kit: Kit): void {
  const reach = Math.min(0.38, 0.06 + pose.speed * 0.09);
  for (const side of [-1, 1]) {
    const swing = Math.sin(pose.stride * 3.1 + (side > 0 ? Math.PI : 0)) * reach;
    const lift = Math.max(0, Math.cos(pose.stride * 3.1 + (side > 0 ? Math.PI : 0))) * reach * 0.5;
    const [hip, knee] = [
      joint(side * 0.1, 0.88, 0),
      joint(side * 0.16, 0.48 + lift * 0.4, 0.1 + swing * 0.6),
    ];
    const foot = joint(side * 0.2, 0.07 + lift, swing);
    drawLimb(picture, hip, 0.115, knee, 0.09, kit.shorts);
    drawLimb(picture, knee, 0.068, foot, 0.05, kit.skin);
    drawLimb(picture, foot, 0.055, joint(side * 0.2, 0.05 + lift, swing + 0.15), 0.045, SHOE);
  }
}

/** The left arm balances, the right one swings the racket; member 0 of each team plays with its outer hand. */
function drawArms(picture: Picture, joint: Joint, pose: PlayerPose, kit: Kit): void {
  const hand = pose.member === 0 ? -1 : 1;
  const swing = pose.stroke * pose.stroke * (3 - 2 * pose.stroke);
  const rest = joint(-hand * 0.34, 1.12, 0.28);
  drawLimb(picture, joint(-hand * 0.2, 1.4, 0.08), 0.065, rest, 0.05, kit.skin);
  const wrist = joint(hand * (0.36 + 0.22 * swing), 1.02 + 0.16 * swing, 0.22 + 0.16 * swing);
  drawLimb(picture, joint(hand * 0.2, 1.4, 0.08), 0.075, wrist, 0.05, kit.skin);
  const head = joint(hand * (0.42 + 0.44 * swing), 1.16 + 0.1 * swing, 0.42 + 0.12 * swing);
  drawLimb(picture, wrist, 0.03, head, 0.03, RACKET);
  drawLimb(picture, head, 0.135, head, 0.135, RACKET);
}

function shift(pose: PlayerPose, side: number, up: number, forward: number): Point {
  return { x: pose.x + side, y: up, z: pose.z + forward };
}
