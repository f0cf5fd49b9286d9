/** Which keyframes of a movie its seek bar and its thumbnail show. Pure. */
import type { StoryboardLayout } from '@padelvar/shared/side-files';
import type { Chunk, MovieTrack } from '@padelvar/shared/mp4/movie-header';

/** A keyframe where it lies; `offset` counts as the track's chunks do. */
export interface KeyframePlace {
  offset: number;
  bytes: number;
  /** Where it is shown, ticks. */
  ticks: number;
}

export interface PlannedStoryboard {
  layout: StoryboardLayout;
  /** One for each tile. */
  tiles: KeyframePlace[];
  thumbnail: KeyframePlace;
  /** Pixels. */
  thumbnailWidth: number;
}

const COLUMNS = 10;
const TILE_WIDTH = 160;
const THUMBNAIL_WIDTH = 640;
/** A keyframe of 1080p costs about 20 ms to decode and to scale: one in 5 s is less than 1 % of a core. */
const LEAST_INTERVAL_MS = 5_000;
/** A JPEG may have 65,535 pixels a side, and a seek bar not that many places. */
const MOST_TILES = 180;
/** The players have found their places by then. */
const THUMBNAIL_AT = 1 / 3;

/** Undefined where there is no keyframe. */
export function planStoryboard(track: MovieTrack): PlannedStoryboard | undefined {
  const { keyframes, endTicks } = listKeyframes(track);
  const first = keyframes[0];
  if (first === undefined) return undefined;
  const durationMs = (endTicks * 1000) / track.timescale;
  const intervalMs = Math.max(LEAST_INTERVAL_MS, Math.ceil(durationMs / MOST_TILES));
  const tiles = Math.max(1, Math.ceil(durationMs / intervalMs));
  const at = (ms: number): KeyframePlace => findLast(keyframes, (ms * track.timescale) / 1000) ?? first;
  const height = (width: number): number => toEven((width * track.height) / Math.max(1, track.width));
  return {
    layout: {
      ...{ v: 1, columns: Math.min(COLUMNS, tiles), tiles, intervalMs },
      ...{ tileWidth: TILE_WIDTH, tileHeight: Math.min(640, height(TILE_WIDTH)) },
    },
    tiles: Array.from({ length: tiles }, (_, index) => at(index * intervalMs)),
    thumbnail: at(durationMs * THUMBNAIL_AT),
    thumbnailWidth: Math.min(THUMBNAIL_WIDTH, toEven(track.width)),
  };
}

function toEven(pixels: number): number {
  return Math.max(2, Math.round(pixels / 2) * 2);
}

/** The last that is shown at that time or before. */
function findLast(keyframes: readonly KeyframePlace[], ticks: number): KeyframePlace | undefined {
  let [low, high] = [0, keyframes.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keyframes[middle]?.ticks ?? Infinity) <= ticks) low = middle + 1;
    else high = middle;
  }
  return keyframes[low - 1];
}

function listKeyframes(track: MovieTrack): { keyframes: KeyframePlace[]; endTicks: number } {
  const keyframes: KeyframePlace[] = [];
  let endTicks = 0;
  for (const chunk of track.chunks) endTicks = listChunk(chunk, endTicks, keyframes);
  return { keyframes, endTicks };
}

/** Adds the chunk's keyframes; answers where it ends. */
function listChunk(chunk: Chunk, beginTicks: number, keyframes: KeyframePlace[]): number {
  let [offset, ticks] = [chunk.offset, beginTicks];
  for (let index = 0; index < chunk.sizes.length; index += 1) {
    const bytes = chunk.sizes[index] ?? 0;
    if (chunk.keyframes[index] === 1) keyframes.push({ offset, bytes, ticks });
    offset += bytes;
    ticks += chunk.durations[index] ?? 0;
  }
  return ticks;
}
