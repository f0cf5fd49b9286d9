/** How large the pictures of a court are that would have to be encoded. */
import { findJpegSize } from '../camera/jpeg.ts';
import type { CourtFeed } from './court-feed.ts';

/** Where a picture does not say its size: 1080p. */
const UNKNOWN_SIZE = { width: 1920, height: 1080 };

/** Undefined where the camera's stream is copied. */
export function encodedMegapixelsOf({ kind, hub }: Pick<CourtFeed, 'kind' | 'hub'>): number | undefined {
  if (kind === 'rtsp') return undefined;
  const newest = hub.latest();
  const { width, height } = (newest && findJpegSize(newest.jpeg)) ?? UNKNOWN_SIZE;
  return (width * height) / 1e6;
}
