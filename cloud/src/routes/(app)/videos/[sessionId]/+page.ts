/** The match is asked for while its page is being put together, and its playlist as soon as it is known to have one: at once where a list has shown it. */
import { parseSessionId } from '@padelvar/shared/ids';
import { browser } from '$app/env';
import { error } from '@sveltejs/kit';
import { createBrowserApi } from '#lib/client/browser-api.ts';
import { playlistUrl } from '#lib/client/media-urls.ts';
import { recallVideo } from '#lib/client/seen-videos.ts';
import { openPlaylist, type OpenedPlaylist } from '#lib/player/opened-playlist.ts';
import { preconnect } from '#lib/player/preconnect.ts';
import type { Video } from '@padelvar/shared/portal-api';
import type { PageLoad } from './$types';

interface OpenedMatch {
  /** As the list showed it, which whoever comes from there sees first. */
  seen: Video | undefined;
  /** As it is. */
  asked: Promise<Video>;
  /** Of the movie that is played, once one of them says that there is one. */
  playlist: OpenedPlaylist | undefined;
}

/** What the API answers is decided there, object by object. */
export const load: PageLoad = async ({ params, parent }) => {
  const { me, storageOrigin } = await parent();
  if (me.role === 'SUPPORT') error(403, 'not for this role');
  if (parseSessionId(params.sessionId) === undefined) error(404, 'no such match');
  if (browser && storageOrigin !== undefined) preconnect(storageOrigin);
  return { opened: browser ? openMatch(params.sessionId, me.userId) : undefined };
};

function openMatch(sessionId: string, userId: string): OpenedMatch {
  const seen = recallVideo(userId, sessionId);
  // First what there is to wait for longest.
  const playlist = seen === undefined ? undefined : openMovie(seen);
  const asked = createBrowserApi().getVideo(sessionId);
  const opened: OpenedMatch = { seen, asked, playlist };
  // The page tells of a failure, where it still comes to that.
  asked.then((video) => (opened.playlist ??= openMovie(video))).catch(() => undefined);
  return opened;
}

/** Undefined where it has no playlist, or may not be played. */
function openMovie({ sessionId, movie, stream, hiddenUntil }: Video): OpenedPlaylist | undefined {
  const isPlayed = movie === 'ready' && stream && hiddenUntil === null;
  return isPlayed ? openPlaylist(playlistUrl(sessionId)) : undefined;
}
