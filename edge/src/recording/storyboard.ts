/** A finished movie's thumbnail and the pictures of its seek bar, made once and kept in the recording's folder. */
import { writeFileAtomic } from '../base/atomic-file.ts';
import { readTracks } from './clip-source.ts';
import { fileExists } from './folder.ts';
import { drawKeyframes } from './keyframe-pictures.ts';
import type { MovieView } from './movie-view.ts';
import { planStoryboard } from './storyboard-plan.ts';
import { sideFilePath } from './stored-index.ts';

export interface StoryboardOptions {
  folder: string;
  view: MovieView;
  ffmpegPath: string;
  signal: AbortSignal;
}

/** What is there is left as it is; the layout comes last and says that all of it is. */
export async function makeStoryboard({ folder, view, ffmpegPath, signal }: StoryboardOptions): Promise<void> {
  if (await fileExists(sideFilePath(folder, 'storyboard.json'))) return;
  const track = (await readTracks(view)).find(({ handler }) => handler === 'vide');
  const planned = track === undefined ? undefined : planStoryboard(track);
  if (track === undefined || planned === undefined) return;
  const { layout, tiles, thumbnail, thumbnailWidth } = planned;
  const read = (offset: number, bytes: number): Promise<Buffer> => view.read(offset, bytes);
  const draw = (places: typeof tiles, filters: string): Promise<Buffer> =>
    drawKeyframes({ ffmpegPath, track, places, read, filters, signal });
  const { columns, tileWidth, tileHeight } = layout;
  const grid = `${String(columns)}x${String(Math.ceil(layout.tiles / columns))}`;
  const scale = `scale=${String(tileWidth)}:${String(tileHeight)}:flags=area:out_range=full`;
  const thumbnailJpeg = await draw(
    [thumbnail],
    `scale=${String(thumbnailWidth)}:-2:flags=area:out_range=full`,
  );
  const tilesJpeg = await draw(tiles, `${scale},tile=${grid}`);
  await writeFileAtomic(sideFilePath(folder, 'thumbnail.jpg'), thumbnailJpeg);
  await writeFileAtomic(sideFilePath(folder, 'storyboard.jpg'), tilesJpeg);
  await writeFileAtomic(sideFilePath(folder, 'storyboard.json'), JSON.stringify(layout));
}
