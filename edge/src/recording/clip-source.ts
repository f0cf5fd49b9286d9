/** Where a clip of a recording comes from, while it runs and after. */
import { concatBytes } from '@padelvar/shared/mp4/boxes';
import { writeFileType } from '@padelvar/shared/mp4/movie-header';
import { parseMovieTracks } from '@padelvar/shared/mp4/sample-tables';
import type { MovieTrack } from '@padelvar/shared/mp4/movie-header';
import type { ClipSource } from './clip.ts';
import type { MovieView } from './movie-view.ts';

/** Of a recording that runs: what its fragments say so far. */
export function clipRunning(view: MovieView, tracks: readonly MovieTrack[]): ClipSource {
  return { tracks, readPayload: (offset, length) => view.read(view.payloadOffset + offset, length) };
}

/** The index of a finished movie, wherever it stands. Chunk offsets count from the beginning of the movie. */
export async function readTracks(view: MovieView): Promise<MovieTrack[]> {
  const { totalBytes, indexBytes } = view.finished() ?? { totalBytes: 0, indexBytes: undefined };
  if (indexBytes === undefined) return parseMovieTracks(await view.read(0, view.payloadOffset));
  const index = await view.read(totalBytes - indexBytes, indexBytes);
  return parseMovieTracks(concatBytes(writeFileType(), index));
}

/** Of a finished movie: its own index, read back. */
export async function clipFinished(view: MovieView): Promise<ClipSource> {
  const tracks = await readTracks(view);
  return clipRunning(
    view,
    tracks.map((track) => ({
      ...track,
      chunks: track.chunks.map((chunk) => ({ ...chunk, offset: chunk.offset - view.payloadOffset })),
    })),
  );
}
