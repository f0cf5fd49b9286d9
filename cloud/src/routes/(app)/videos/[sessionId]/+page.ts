/** The match is asked for while its page is being put together, and its playlist as soon as it is known to have one. */
import { parseSessionId } from '@padelvar/shared/ids';
import { browser } from '$app/env';
import { error } from '@sveltejs/kit';
import { createBrowserApi } from '#lib/client/browser-api.ts';
import { playlistUrl } from '#lib/client/media-urls.ts';
import { openPlaylist, type OpenedPlaylist } from '#lib/player/opened-playlist.ts';
import type { Video } from '@padelvar/shared/portal-api';
import type { PageLoad } from './$types';

interface OpenedMatch {
  video: Video;
  playlist?: OpenedPlaylist | undefined;
}

/** What the API answers is decided there, object by object. */
export const load: PageLoad = async ({ params, parent }) => {
  const { me } = await parent();
  if (me.role === 'SUPPORT') error(403, 'not for this role');
  if (parseSessionId(params.sessionId) === undefined) error(404, 'no such match');
  return { opened: browser ? openMatch(params.sessionId) : undefined };
};

function openMatch(sessionId: string): Promise<OpenedMatch> {
  const opened = createBrowserApi()
    .getVideo(sessionId)
    .then((video): OpenedMatch => {
      const isPlayed = video.movie === 'ready' && video.stream && video.hiddenUntil === null;
      return { video, playlist: isPlayed ? openPlaylist(playlistUrl(sessionId)) : undefined };
    });
  // The page tells of a failure, where it still comes to that.
  opened.catch(() => undefined);
  return opened;
}
