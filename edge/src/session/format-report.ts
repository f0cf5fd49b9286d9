/** What a session says of itself. Pure. */
import type { CameraKind } from '@padelvar/shared/camera';
import type { FurtherMovie, ReportedRecording, ReportedSession } from '@padelvar/shared/link';
import type { EndReason, PictureTrouble, SessionState } from '@padelvar/shared/session';
import type { MovieFile } from '../recording/folder.ts';
import type { Recording } from '../recording/recording.ts';

const MAX_GAPS = 1_000;

export interface SessionFacts {
  sessionId: string;
  courtId: string;
  state: SessionState;
  reason: EndReason | undefined;
  detail: string | undefined;
  cameraKind: CameraKind | undefined;
  picture: PictureTrouble | undefined;
  recording: Recording | undefined;
  growing: boolean;
  /** Frozen at the stop. */
  finalElapsedMs: number | undefined;
}

export function formatReport(facts: SessionFacts): ReportedSession {
  const { sessionId, courtId, state, reason, detail, cameraKind, picture, recording } = facts;
  return {
    ...{ sessionId, courtId, state },
    ...(reason === undefined ? {} : { reason }),
    ...(detail === undefined ? {} : { detail }),
    ...(cameraKind === undefined ? {} : { cameraKind }),
    ...(picture === undefined ? {} : { picture }),
    ...(recording === undefined ? {} : { recording: formatRecording(recording, facts) }),
  };
}

function formatRecording(recording: Recording, facts: SessionFacts): ReportedRecording {
  const { mark, movie } = recording;
  const { reason, growing, finalElapsedMs } = facts;
  const bytes = recording.bytes();
  return {
    elapsedMs: Math.round(movie?.durationMs ?? finalElapsedMs ?? recording.elapsedMs()),
    durationSeconds: mark.durationSeconds,
    bytes,
    // Before its first frame, what grew was not this recording.
    growing: growing && bytes > 0,
    gaps: recording.gaps().slice(0, MAX_GAPS),
    upload: { sentBytes: 0, confirmed: false },
    ...(reason === undefined ? {} : { reason }),
    ...(movie === undefined ? {} : formatMovie(movie)),
  };
}

export function formatMovie(movie: MovieFile): {
  movie: NonNullable<ReportedRecording['movie']>;
  further?: FurtherMovie[];
} {
  const { durationMs, frames, codec, width, height, totalBytes, further = [] } = movie;
  const facts = { bytes: totalBytes, durationMs, frames, codec, width, height };
  return { movie: facts, ...(further.length === 0 ? {} : { further }) };
}
