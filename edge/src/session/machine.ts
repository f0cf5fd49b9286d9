/** What a session asks of the machine it runs on. The room `health` answers; without it everything is allowed. */

export interface StartRequest {
  sessionId: string;
  durationSeconds: number;
  /** Megapixels of the pictures that would be encoded; undefined where the camera's stream is copied. */
  encodedMegapixels: number | undefined;
}

export interface Machine {
  /** Rejects with AppError `media_missing` where the folder for videos is not the one that belongs here. */
  admitOpening(): Promise<void>;
  /** Rejects with AppError `media_missing`, `disk_full` or `encoder_full`; the message says what would still go. */
  admitStart(request: StartRequest): Promise<void>;
  /** Whether a new part may begin: what is left when the disk is full belongs to indexes and the database. */
  hasRoom(): boolean;
  /** Whether the folder for videos is there now, and the one that belongs here. */
  isMediaHere(): Promise<boolean>;
  /** An index found no room: what was kept back for it is given up now. */
  releaseReserve(): Promise<void>;
}

/** For tools and tests that mind no disk. */
export const UNLIMITED_MACHINE: Machine = {
  admitOpening: () => Promise.resolve(),
  admitStart: () => Promise.resolve(),
  hasRoom: () => true,
  isMediaHere: () => Promise.resolve(true),
  releaseReserve: () => Promise.resolve(),
};
