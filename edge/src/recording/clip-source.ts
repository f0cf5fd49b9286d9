/** Where a clip of a recording comes from, while it runs and after. */
import { parseMovieTracks } from '../mp4/sample-tables.ts';
import type { MovieTrack } from '../mp4/movie-header.ts';
import type { ClipSource } from './clip.ts';
import type { MovieView } from './movie-view.ts';

/** Of a recording that runs: what its fragments say so far. */
export function clipRunning(view: MovieView, tracks: readonly MovieTrack[]): ClipSource {
  return { tracks, readPayload: (offset, length) => view.read(view.payloadOffset + offset, length) };
}

/** Of a finished movie: its own index, read back. */
export async function clipFinished(view: MovieView): Promise<ClipSource> {
  const tracks = parseMovieTracks(await view.read(0, view.payloadOffset));
  return clipRunning(
    view,
    tracks.map((track) => ({
      ...track,
      chunks: track.chunks.map((chunk) => ({ ...chunk, offset: chunk.offset - view.payloadOffset })),
    })),
  );
}
