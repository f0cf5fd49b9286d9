/**
 * The simulated picture: a padel match seen from a club's camera, with each frame's number as a strip of blocks.
 * Owns how a frame looks; knows nothing of encoding or serving. May import the strip only.
 */
import { formatStrip, STRIP, STRIP_BLOCKS } from '../frame-strip.ts';
import { createBackdrop, type Backdrop } from './backdrop.ts';
import { drawFigure, drawFigureShadow } from './figure.ts';
import { createPicture, drawLimb, drawShadow, mixInk, type Picture } from './picture.ts';
import { BALL_RADIUS, createRally, type PlayerPose } from './rally.ts';
import { createView, type Point, type View } from './view.ts';

export interface Scene {
  /** The frame as planar YUV 4:2:0; the buffer is overwritten by the call after the next. */
  render(frameNumber: number): Buffer;
}

export interface SceneOptions {
  /** Pixels, multiples of 16. */
  width: number;
  height: number;
  fps: number;
  /** Frames after which the match repeats without a seam. */
  frames: number;
}

const BALL = mixInk(0.86, 0.95, 0.2);
const [BLACK, WHITE] = [16, 235];

export function createScene({ width, height, fps, frames }: SceneOptions): Scene {
  const view = createView(width, height);
  const backdrop = createBackdrop(view);
  const rally = createRally(frames / fps);
  const pictures = [createPicture(width, height), createPicture(width, height)] as const;
  return {
    render(frameNumber) {
      const picture = pictures[frameNumber % 2 === 0 ? 0 : 1];
      const atSeconds = frameNumber / fps;
      backdrop.paint(picture, pickNoise(frameNumber));
      drawMatch(picture, view, backdrop, rally.players(atSeconds), rally.ball(atSeconds));
      drawStrip(picture, frameNumber);
      return picture.bytes;
    },
  };
}

/** From back to front: shadows, what is beyond the net, the net, what is on our side. */
function drawMatch(
  picture: Picture,
  view: View,
  backdrop: Backdrop,
  players: readonly PlayerPose[],
  ball: Point,
): void {
  const byDepth = players.toSorted((a, b) => b.z - a.z);
  for (const player of byDepth) drawFigureShadow(picture, view, player);
  drawBallShadow(picture, view, ball);
  for (const player of byDepth) if (player.z > 0) drawFigure(picture, view, player);
  if (ball.z > 0) drawBall(picture, view, ball);
  backdrop.paintNet(picture);
  for (const player of byDepth) if (player.z <= 0) drawFigure(picture, view, player);
  if (ball.z <= 0) drawBall(picture, view, ball);
}

function drawBallShadow(picture: Picture, view: View, ball: Point): void {
  const at = view.project({ ...ball, y: 0 });
  drawShadow(picture, at, 0.13 * at.scale, 0.06 * at.scale, 0.5);
}

function drawBall(picture: Picture, view: View, ball: Point): void {
  const at = view.project(ball);
  drawLimb(picture, at, BALL_RADIUS, at, BALL_RADIUS, BALL);
}

/** The blocks on a black plate a quarter of a block wider on every side. */
function drawStrip(picture: Picture, frameNumber: number): void {
  const { width, height } = picture.planes[0];
  const block = (STRIP.width * width) / STRIP_BLOCKS;
  const [left, top, tall] = [STRIP.left * width, STRIP.top * height, STRIP.height * height];
  const margin = block / 4;
  fillGrey(picture, left - margin, top - margin, STRIP_BLOCKS * block + 2 * margin, tall + 2 * margin, BLACK);
  formatStrip(frameNumber).forEach((bit, index) => {
    if (bit === 1) fillGrey(picture, left + index * block, top, block, tall, WHITE);
  });
}

function fillGrey(
  picture: Picture,
  left: number,
  top: number,
  wide: number,
  tall: number,
  value: number,
): void {
  picture.planes.forEach((plane, index) => {
    const [x0, x1] = [Math.round(left * plane.scale), Math.round((left + wide) * plane.scale)];
    const [y0, y1] = [Math.round(top * plane.scale), Math.round((top + tall) * plane.scale)];
    for (let y = y0; y < y1; y += 1) {
      plane.data.fill(index === 0 ? value : 128, y * plane.width + x0, y * plane.width + x1);
    }
  });
}

/** Noise patterns in an order that no eye follows. */
function pickNoise(frameNumber: number): number {
  return (Math.imul(frameNumber + 1, 2_654_435_761) >>> 16) & 1023;
}
