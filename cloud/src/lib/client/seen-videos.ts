/** Matches as a list has shown them last: the page of one has something to show, and to play, while it asks anew. */
import type { Video } from '@padelvar/shared/portal-api';

let seen: { userId: string; videos: ReadonlyMap<string, Video> } | undefined;

/** The list that is shown now, whole: what is no longer on it is forgotten. */
export function rememberVideos(userId: string, videos: readonly Video[]): void {
  seen = { userId, videos: new Map(videos.map((video) => [video.sessionId, video])) };
}

/** Undefined too where somebody else saw it. */
export function recallVideo(userId: string, sessionId: string): Video | undefined {
  return seen?.userId === userId ? seen.videos.get(sessionId) : undefined;
}
