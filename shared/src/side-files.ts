/**
 * Small files that a device stores beside a movie, so that it can be streamed, previewed and recognised:
 * PUT /api/edge/uploads/{sessionId}/files/{name} as application/octet-stream, answered with 204. They may be sent at any
 * time after the upload was opened, also after it is complete; sending one again replaces it.
 */
import { z } from 'zod';

/** The names there are, each with the most bytes that it may have. */
export const SIDE_FILE_MAX_BYTES = {
  /** The init segments (`ftyp moov(mvex)`) of all runs, one after the other. */
  'init.mp4': 256 * 1024,
  /** JSON of a {@link FragmentIndex}. */
  'index.json': 5 * 1024 * 1024,
  'thumbnail.jpg': 512 * 1024,
  /** The pictures of the seek bar, as tiles of one JPEG. */
  'storyboard.jpg': 5 * 1024 * 1024,
  /** JSON of a {@link StoryboardLayout}. */
  'storyboard.json': 4 * 1024,
} as const;

export type SideFileName = keyof typeof SIDE_FILE_MAX_BYTES;
export const SideFileName = z.enum(Object.keys(SIDE_FILE_MAX_BYTES) as [SideFileName, ...SideFileName[]]);

const Bytes = z.int().nonnegative();

/** A moof and its mdat: offset in the stored object, bytes of both, milliseconds (may have decimals), 1 at a keyframe. */
export const IndexedFragment = z.tuple([
  Bytes,
  z.int().positive(),
  z.number().nonnegative(),
  z.literal([0, 1]),
]);
export type IndexedFragment = z.infer<typeof IndexedFragment>;

/** Fragments that one recorder wrote: decode times begin anew in each run, and each has its own init segment. */
export const FragmentRun = z.object({
  /** Where the run begins on the movie's own time line, milliseconds. What lies between two runs is a gap. */
  startMs: z.number().nonnegative(),
  /** The run's init segment within `init.mp4`. */
  init: z.object({ offset: Bytes, bytes: z.int().positive() }),
  /** Ascending by offset; the first begins with a keyframe. */
  fragments: z.array(IndexedFragment).min(1).max(200_000),
});
export type FragmentRun = z.infer<typeof FragmentRun>;

/** Where the fragments lie in the stored object, so that a playlist of byte ranges can play it. */
export const FragmentIndex = z.object({
  v: z.literal(1),
  /** Size of the stored object that the offsets belong to. */
  totalBytes: z.int().positive(),
  runs: z.array(FragmentRun).min(1).max(1000),
});
export type FragmentIndex = z.infer<typeof FragmentIndex>;

/** How `storyboard.jpg` is cut: tile n (row by row, from 0) shows the movie at n times the interval. */
export const StoryboardLayout = z.object({
  v: z.literal(1),
  columns: z.int().min(1).max(100),
  tiles: z.int().min(1).max(2000),
  /** Pixels of one tile. */
  tileWidth: z.int().min(1).max(640),
  tileHeight: z.int().min(1).max(640),
  intervalMs: z.number().positive(),
});
export type StoryboardLayout = z.infer<typeof StoryboardLayout>;
