/** A camera whose picture changes its size in the middle of a match: the one movie plays across, forward and back. */
import type { Browser, Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLanApi, openLanServer } from '../edge/src/lan/lan-api.ts';
import type { LanServer } from '../edge/src/lan/lan-api.ts';
import type { Simulator } from '../edge/src/simulate/simulator.ts';
import { tellFigures } from '../edge/test/support/figures.ts';
import { openMatchLab } from '../edge/test/support/match-lab.ts';
import type { MatchLab } from '../edge/test/support/match-lab.ts';
import { SMALL_CLIP, startTestCourts } from '../edge/test/support/test-courts.ts';
import { beginMatch, NO_FLAWS } from '../edge/test/support/trouble-lab.ts';
import type { TroubledMatch, TroubledMovie } from '../edge/test/support/trouble-lab.ts';
import { openBrowser } from './support/browser.ts';
import { openServedMovie, seekTo } from './support/browser-movie.ts';
import { readShownNumber } from './support/browser-picture.ts';

const [FULL, HALF] = [SMALL_CLIP.width, SMALL_CLIP.width / 2];
/** Pictures of one size last that long at least; a change waits for a keyframe, 2 s. Milliseconds. */
const STRETCH_MS = 3_200;

let simulator: Simulator;
let lab: MatchLab;
let server: LanServer;
let browser: Browser;

beforeAll(async () => {
  simulator = await startTestCourts([{ kind: 'rtsp' }, { kind: 'rtsp' }], SMALL_CLIP);
  lab = await openMatchLab(simulator.courts);
  server = await openLanServer(createLanApi({ sessions: lab.manager, health: () => ({}) }), 0);
  browser = await openBrowser();
});

afterAll(async () => {
  await browser.close();
  await server.close();
  await lab.dispose();
  await simulator.close();
});

interface VideoElement {
  currentTime: number;
  play(): Promise<void>;
  pause(): void;
  requestVideoFrameCallback(
    listener: (now: number, frame: { mediaTime: number; width: number }) => void,
  ): void;
}

interface Shown {
  seconds: number;
  width: number;
}

function begin(number: 1 | 2): Promise<TroubledMatch> {
  const court = simulator.courts[number - 1];
  if (court === undefined) throw new Error('expected a court');
  return beginMatch({ lab, courtId: `c${String(number)}`, court, clip: simulator.clip, ms: STRETCH_MS });
}

/** Plays from one second to another; what was shown on the way. */
function playBetween(video: Locator, from: number, to: number): Promise<Shown[]> {
  return video.evaluate(
    async (element: VideoElement, [start, end]: [number, number]) => {
      const shown: Shown[] = [];
      element.currentTime = start;
      const arrived = new Promise<void>((resolve) => {
        const look = (_now: number, { mediaTime, width }: { mediaTime: number; width: number }): void => {
          shown.push({ seconds: mediaTime, width });
          if (mediaTime < end) element.requestVideoFrameCallback(look);
          else resolve();
        };
        element.requestVideoFrameCallback(look);
      });
      await element.play();
      await arrived;
      element.pause();
      return shown;
    },
    [from, to] as [number, number],
  );
}

interface Picture {
  width: number;
  number: number | undefined;
}

/** Seeks to the middle of each of those frames, in that order. */
async function visit(video: Locator, movie: TroubledMovie, positions: readonly number[]): Promise<Picture[]> {
  const pictures: Picture[] = [];
  for (const position of positions) {
    const { beginMs } = frameAt(movie, position);
    const width = await seekTo(video, (beginMs + 20) / 1000);
    pictures.push({ width, number: await readShownNumber(video) });
  }
  return pictures;
}

function frameAt({ frames }: TroubledMovie, position: number): TroubledMovie['frames'][number] {
  const frame = frames[position];
  if (frame === undefined) throw new Error(`expected a frame ${String(position)}`);
  return frame;
}

/** Checks seeks before, at, behind and across the change at that frame, and playing over it. */
async function expectChangeToPlay(match: TroubledMatch, movie: TroubledMovie, change: number): Promise<void> {
  const video = await openServedMovie(browser, server.port, match.sessionId);
  const before = (await visit(video, movie, [change - 1]))[0]?.width;
  const after = (await visit(video, movie, [change]))[0]?.width;
  expect([before, after].sort((a, b) => Number(a) - Number(b))).toEqual([HALF, FULL]);
  const positions = [change - 25, change + 25, change - 1, change, change - 20, change + 1];
  expect(await visit(video, movie, positions)).toEqual(
    positions.map((position) => ({
      width: position < change ? before : after,
      number: frameAt(movie, position).index % simulator.clip.frames,
    })),
  );

  const [from, to] = [frameAt(movie, change - 20), frameAt(movie, change + 20)];
  const shown = await playBetween(video, from.beginMs / 1000, to.beginMs / 1000);
  const wrong = shown.filter(({ seconds, width }) => {
    const isBefore = seconds * 1000 < frameAt(movie, change).beginMs - 1;
    return width !== (isBefore ? before : after);
  });
  expect(wrong).toEqual([]);
  expect(new Set(shown.map(({ width }) => width))).toEqual(new Set([before, after]));
}

/** Where the camera changed, by the frame that was on the wire then and the keyframes, which come every 2 s. */
function findChange(movie: TroubledMovie, changedAtIndex: number): number {
  return movie.frames.findIndex(
    ({ index }) => index >= changedAtIndex && index % simulator.clip.gopFrames === 0,
  );
}

test.concurrent(
  'a change of resolution in the middle of the stream plays across, forward and back',
  async () => {
    const match = await begin(1);
    const court = simulator.courts[0];
    await court?.setFault({ fault: 'resolution' });
    const smallFrom = (court?.framesSent().at(-1)?.index ?? 0) + 1;
    await lab.records(match.sessionId, STRETCH_MS);
    await court?.setFault({ fault: 'none' });
    const largeFrom = (court?.framesSent().at(-1)?.index ?? 0) + 1;
    await lab.records(match.sessionId, STRETCH_MS);
    const movie = await match.finish();
    expect(movie).toMatchObject({ flaws: NO_FLAWS, gaps: [] });
    const changes = [findChange(movie, smallFrom), findChange(movie, largeFrom)];
    for (const change of changes) await expectChangeToPlay(match, movie, change);
    const { worstOffsetMs } = movie;
    tellFigures('a change of resolution', { changes: changes.length, movies: 1, worstOffsetMs });
  },
);

test.concurrent(
  'a camera that comes back with larger pictures plays across its gap, forward and back',
  async () => {
    const court = simulator.courts[1];
    await court?.setFault({ fault: 'resolution' });
    await lab.until('small pictures', () => court?.connections() === 0);
    const match = await begin(2);
    await court?.setFault({ fault: 'drop' });
    await match.goesOn();
    await lab.records(match.sessionId, STRETCH_MS);
    const movie = await match.finish();
    expect(movie.flaws).toEqual(NO_FLAWS);
    expect(movie.gaps).toHaveLength(1);
    const change = movie.frames.findIndex(({ beginMs }) => beginMs >= (movie.gaps[0]?.toMs ?? 0) - 5);
    await expectChangeToPlay(match, movie, change);
    const { worstOffsetMs } = movie;
    tellFigures('a change of resolution behind a gap', { movies: 1, worstOffsetMs });
  },
);
