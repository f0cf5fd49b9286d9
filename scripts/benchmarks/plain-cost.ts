/** What watching a stored match as a plain file in a bare `<video>` costs, in Chromium and in WebKit: first frame and seeks. */
import type { Browser } from 'playwright-core';
import { median, summariseSeeks } from './player-cost.ts';
import type { PlayerCost } from './player-cost.ts';
import { playPlainFile, seekPlainFile } from './player-probe.ts';
import type { SeekFigures, Watched } from './player-probe.ts';
import { planSeeks } from './stored-match.ts';
import type { SeekPlace, StoredMatch } from './stored-match.ts';
import { visitInChromium, visitInWebKit } from './watched-visit.ts';

/** As in the player, but for a seek's bytes: those that had come when its picture was there. */
export type PlainCost = PlayerCost;

/** Of any picture with its index. */
const FEWEST_BYTES = 10_000;

interface Visit {
  firstFrameMs: number;
  keyframe: SeekFigures;
  exact: SeekFigures;
}

export function measurePlain(browser: Browser, match: StoredMatch): Promise<PlainCost> {
  return repeatVisit(match, (act) => visitInChromium(browser, match, act));
}

export function measurePlainInWebKit(match: StoredMatch): Promise<PlainCost> {
  return repeatVisit(match, (act) => visitInWebKit(match, act));
}

/** One visit for each place. */
async function repeatVisit(
  match: StoredMatch,
  visit: (act: (watched: Watched) => Promise<Visit>) => Promise<Visit>,
): Promise<PlainCost> {
  const visits: Visit[] = [];
  for (const place of planSeeks(match)) visits.push(await visit((watched) => watch(watched, match, place)));
  return {
    firstFrameMs: median(visits.map(({ firstFrameMs }) => firstFrameMs)),
    ...summariseSeeks({
      keyframe: visits.map(({ keyframe }) => keyframe),
      exact: visits.map(({ exact }) => exact),
    }),
  };
}

/** From its address being given to a `<video>` on. */
async function watch(watched: Watched, { sessionId }: StoredMatch, place: SeekPlace): Promise<Visit> {
  const path = `/api/video/files/${sessionId}/download?disposition=inline`;
  const before = watched.line.arrivedBytes;
  const firstFrameMs = await watched.ask(playPlainFile(path));
  if (watched.line.arrivedBytes - before < FEWEST_BYTES)
    throw new Error('expected the movie over the measured line, found it came past it');
  const keyframe = await seekPlainFile(watched, place.keyframe);
  return { firstFrameMs, keyframe, exact: await seekPlainFile(watched, place.exact) };
}
