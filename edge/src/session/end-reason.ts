/** Why a session failed, out of what was thrown. Pure. */
import { AppError } from '@padelvar/shared/errors';
import { EndReason } from '@padelvar/shared/session';

/** Camera troubles are end reasons by the same name, a full disk is told; anything else is the recorder's own fault. */
export function reasonOf(error: unknown): EndReason {
  if (isDiskFull(error)) return 'disk_full';
  const parsed = EndReason.safeParse(error instanceof AppError ? error.kind : undefined);
  return parsed.success ? parsed.data : 'recorder_failed';
}

/** A sentence for a person, where there is one. */
export function detailOf(error: unknown): string | undefined {
  return error instanceof AppError ? error.message.slice(0, 300) : undefined;
}

/** Whether more room is all that was missing. */
export function isDiskFull(error: unknown): boolean {
  if (error instanceof AppError) return error.kind === 'disk_full';
  return error instanceof Error && (error as NodeJS.ErrnoException).code === 'ENOSPC';
}
