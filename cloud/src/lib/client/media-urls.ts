/** Addresses of pictures and movies, for `<img>`, `<video>` and plain links: bytes never pass through scripts. */

/** A multipart stream of JPEGs that ends when the image is taken away; `turn` opens a new one. */
export function getStreamUrl(sessionId: string, turn = 0): string {
  return `/api/preview/${sessionId}/stream.mjpeg?t=${turn}`;
}

/** One JPEG; `turn` makes each address new, so that no cache answers. */
export function getSnapshotUrl(sessionId: string, turn = 0): string {
  return `/api/preview/${sessionId}/snapshot.jpg?t=${turn}`;
}

/** One JPEG for somebody who has to say why they look. */
export function getReasonedSnapshotUrl(sessionId: string, reason: string): string {
  return `/api/preview/${sessionId}/snapshot.jpg?${new URLSearchParams({ reason }).toString()}`;
}

/** The match on the club's own network, while it is not in the library: to be opened at the top level. */
export function atClubUrl(sessionId: string): string {
  return `/api/video/files/${sessionId}/local?open=1`;
}

/** The movie as an attachment. */
export function downloadUrl(sessionId: string): string {
  return `/api/video/files/${sessionId}/download`;
}

/** A clip: to be played, or as an attachment. */
export function clipMovieUrl(
  sessionId: string,
  clipId: string,
  disposition: 'inline' | 'attachment',
): string {
  return `/api/video/files/${sessionId}/clips/${clipId}/movie?disposition=${disposition}`;
}

/** A picture of the match that a clip is of; it stays with a clip that is kept. */
export function clipThumbnailUrl(sessionId: string, clipId: string): string {
  return `/api/video/files/${sessionId}/clips/${clipId}/thumbnail.jpg`;
}

/** A movie beside the match as an attachment. */
export function furtherDownloadUrl(sessionId: string, number: number): string {
  return `/api/video/files/${sessionId}/further/${number}/download`;
}

/** A movie beside the match, to be played in the page. */
export function furtherPlayUrl(sessionId: string, number: number): string {
  return `${furtherDownloadUrl(sessionId, number)}?disposition=inline`;
}

/** The movie behind a link that shares it: to be played, or as an attachment. */
export function sharedMovieUrl(token: string, disposition: 'inline' | 'attachment'): string {
  return `/api/shares/${token}/movie?disposition=${disposition}`;
}

/** The same as a playlist of its own byte ranges. */
export function sharedPlaylistUrl(token: string): string {
  return `/api/shares/${token}/playlist.m3u8`;
}

/** Which picture belongs to which moment of a shared match. */
export function sharedStoryboardUrl(token: string): string {
  return `/api/shares/${token}/storyboard.vtt`;
}

/** The movie as a playlist of its own byte ranges. */
export function playlistUrl(sessionId: string): string {
  return `/api/video/files/${sessionId}/playlist.m3u8`;
}

/** Which picture belongs to which moment of the match. */
export function storyboardUrl(sessionId: string): string {
  return `/api/video/files/${sessionId}/storyboard.vtt`;
}

/** A picture of the match. */
export function thumbnailUrl(sessionId: string): string {
  return `/api/video/files/${sessionId}/thumbnail.jpg`;
}

/** The movie to be played in the page. */
export function playUrl(sessionId: string): string {
  return `${downloadUrl(sessionId)}?disposition=inline`;
}
