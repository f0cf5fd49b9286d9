/** One video of the library, looked for in the list of its club: the API has lists, not single videos. */
import type { Video } from '@padelvar/shared/portal-api';
import { parseSessionId } from '@padelvar/shared/ids';
import type { Api } from './api.ts';

/** Pages of 100 that are looked through before giving up: more matches than a player ever has. */
const MAX_PAGES = 10;

export async function findVideo(api: Api, sessionId: string): Promise<Video | undefined> {
  const clubId = parseSessionId(sessionId)?.clubId;
  if (clubId === undefined) return undefined;
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const { items, nextCursor } = await api.listVideos({ clubId, cursor, limit: 100 });
    const found = items.find((video) => video.sessionId === sessionId);
    if (found !== undefined) return found;
    if (nextCursor === null) return undefined;
    cursor = nextCursor;
  }
  return undefined;
}
