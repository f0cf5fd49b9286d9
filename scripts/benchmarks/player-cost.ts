/** What watching a stored match in the page's player costs, in Chromium: the first frame, and seeks. */
import type { Browser, Page } from 'playwright-core';
import { percentile } from './figures.ts';
import { seekPlayer } from './player-probe.ts';
import type { SeekFigures } from './player-probe.ts';
import { planSeeks } from './stored-match.ts';
import type { StoredMatch } from './stored-match.ts';
import { visitInChromium } from './watched-visit.ts';

/** Medians. */
export interface SeekCost {
  /** Until the picture of a keyframe that was looked for. */
  keyframe: number;
  exact: number;
}

export interface PlayerCost {
  firstFrameMs: number;
  seekMs: SeekCost;
  /** Of the exact seek that fetched most, until nothing more was fetched. */
  seekBytes: number;
}

/** Visits whose median is taken. */
const ROUNDS = 3;

export async function measurePlayer(browser: Browser, match: StoredMatch): Promise<PlayerCost> {
  const firstFrames: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1)
    firstFrames.push(await visitInChromium(browser, match, (_, page) => openFromLibrary(page, match)));
  const seeks = await visitInChromium(browser, match, async (watched, page) => {
    await openFromLibrary(page, match);
    const keyframe: SeekFigures[] = [];
    const exact: SeekFigures[] = [];
    for (const place of planSeeks(match)) {
      keyframe.push(await seekPlayer(watched, place.keyframe));
      exact.push(await seekPlayer(watched, place.exact));
    }
    return { keyframe, exact };
  });
  return { firstFrameMs: median(firstFrames), ...summariseSeeks(seeks) };
}

export interface Seeks {
  keyframe: readonly SeekFigures[];
  exact: readonly SeekFigures[];
}

export function summariseSeeks({ keyframe, exact }: Seeks): Pick<PlayerCost, 'seekMs' | 'seekBytes'> {
  return {
    seekMs: { keyframe: median(keyframe.map(({ ms }) => ms)), exact: median(exact.map(({ ms }) => ms)) },
    seekBytes: Math.max(...exact.map(({ bytes }) => bytes)),
  };
}

export function median(values: readonly number[]): number {
  return Math.round(percentile(values, 50));
}

/** Milliseconds from the click on its card until its first picture. */
async function openFromLibrary(page: Page, { sessionId }: StoredMatch): Promise<number> {
  await page.locator(`[data-testid=video-card][data-session="${sessionId}"]`).getByTestId('watch').click();
  return page.evaluate<number>('firstFrame()');
}
