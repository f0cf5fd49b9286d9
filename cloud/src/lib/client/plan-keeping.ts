/** What keeping videos so many days takes in the end; pure. */
import type { StorageUse } from '@padelvar/shared/club-api';

/** A match of 90 minutes takes about 1 GB to 3 GB. */
export const MATCH_BYTES = { least: 1e9, most: 3e9 } as const;

/** Days that are offered; null: until somebody deletes them. */
export const RETENTION_DAYS = [7, 14, 30, 60, 90, 180, 365, null] as const;

export interface Keeping {
  /** Videos there will be at a time. */
  videos: number;
  bytes: number;
  /** The same, were every match as small or as large as they come. */
  leastBytes: number;
  mostBytes: number;
}

/** Undefined for ever: that has no end. At least one match a day is counted, so that a new club sees a figure. */
export function planKeeping(
  days: number | null,
  { videosPerDay, bytesPerVideo }: Pick<StorageUse, 'videosPerDay' | 'bytesPerVideo'>,
): Keeping | undefined {
  if (days === null) return undefined;
  const videos = Math.round(Math.max(1, videosPerDay) * days);
  return {
    videos,
    bytes: videos * bytesPerVideo,
    leastBytes: videos * MATCH_BYTES.least,
    mostBytes: videos * MATCH_BYTES.most,
  };
}
