/** States and end reasons of a session, as the edge reports them and the portal shows them. */
import { z } from 'zod';

export const SESSION_STATES = [
  'idle',
  'creating',
  'created',
  'starting',
  'recording',
  'stopping',
  'complete',
  'failed',
] as const;
export const SessionState = z.enum(SESSION_STATES);
export type SessionState = z.infer<typeof SessionState>;

/** States in which nothing more happens on the court. */
export function isEnded(state: SessionState): boolean {
  return state === 'complete' || state === 'failed';
}

/** Why a session or its recording ended, or why it failed. */
export const END_REASONS = [
  'player',
  'admin',
  'duration',
  'closed',
  'orphaned',
  'disk_full',
  'media_missing',
  'camera_lost',
  'superseded',
  'crash_recovered',
  'expired',
  'no_frames',
  'recorder_failed',
  'device_offline',
  'court_unknown',
  'port_range_full',
  'encoder_full',
  'camera_unreachable',
  'camera_unauthorized',
  'camera_no_video',
  'camera_unsupported_codec',
  'camera_timeout',
] as const;
/** What is wrong with what a camera shows, while it sends as it should. */
export const PictureTrouble = z.enum(['black', 'frozen']);
export type PictureTrouble = z.infer<typeof PictureTrouble>;

export const EndReason = z.enum(END_REASONS);
export type EndReason = z.infer<typeof EndReason>;

/** Where the movie stands on its way to the library. */
export const MOVIE_STATES = ['none', 'recording', 'uploading', 'ready', 'failed', 'deleted'] as const;
export const MovieState = z.enum(MOVIE_STATES);
export type MovieState = z.infer<typeof MovieState>;
