/** A match of 90 minutes in a portal's library, once with its index first and once with it last, as it is watched. */
import { join } from 'node:path';
import type { TestS3 } from '../../cloud/test/support/s3.ts';
import type { ObjectLayout } from '../../edge/src/recording/layout.ts';
import { openBrowser } from '../../test/support/browser.ts';
import type { KeptPart } from './kept-part.ts';
import { openLongRecording } from './long-recording.ts';
import { openMatchPortal, s3SettingsOf } from './match-portal.ts';
import { placeMovie } from './place-movie.ts';
import { measurePlain, measurePlainInWebKit } from './plain-cost.ts';
import type { PlainCost } from './plain-cost.ts';
import { measurePlayer } from './player-cost.ts';
import type { PlayerCost } from './player-cost.ts';
import type { StoredMatch } from './stored-match.ts';

export interface PlayedFigures {
  player: PlayerCost;
  /** The plain file, by where its index stands. */
  plain: Record<ObjectLayout, PlainCost>;
  plainInWebKit: Record<ObjectLayout, PlainCost>;
}

/** Without `s3` out of the portal's own folder. The player takes pieces by their place: where the index stands is nothing to it. */
export async function measurePlayed(
  part: KeptPart,
  s3: TestS3 | undefined,
  signal: AbortSignal,
): Promise<PlayedFigures> {
  const folder = await part.makeFolder();
  const portal = await openMatchPortal(folder, s3 === undefined ? {} : s3SettingsOf(s3));
  const browser = await openBrowser();
  try {
    const { gopFrames, fps } = part.clip;
    const store = async (layout: ObjectLayout): Promise<StoredMatch> => {
      const ids = portal.addMatch(part.seconds);
      const left = await openLongRecording({
        ...{ dataDir: join(folder, 'edge'), ids, part: part.path, layout },
        durationSeconds: part.seconds,
      });
      try {
        await left.recording.finalise();
        await placeMovie(portal, s3, left, signal);
      } finally {
        await left.close();
      }
      const { origin, login } = portal;
      return {
        ...{ origin, login, sessionId: ids.sessionId, seconds: part.seconds },
        gopSeconds: gopFrames / fps,
      };
    };
    const headerFirst = await store('header-first');
    const indexLast = await store('index-last');
    return {
      player: await measurePlayer(browser, headerFirst),
      plain: {
        'header-first': await measurePlain(browser, headerFirst),
        'index-last': await measurePlain(browser, indexLast),
      },
      plainInWebKit: {
        'header-first': await measurePlainInWebKit(headerFirst),
        'index-last': await measurePlainInWebKit(indexLast),
      },
    };
  } finally {
    await browser.close();
    await portal.close();
  }
}
