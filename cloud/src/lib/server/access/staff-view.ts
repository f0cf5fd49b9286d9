/**
 * Views of a player's video by others than player and participants, or by whoever sees the portal as one of them: written to the audit log, with
 * support's reason.
 */
import { AppError } from '@padelvar/shared/errors';
import type { Audit } from '../audit/audit.ts';
import type { Caller } from '../auth/caller.ts';
import type { AccessObject, Action } from './decide.ts';

const VIEWS: ReadonlySet<Action> = new Set<Action>([
  'preview.stream',
  'preview.snapshot',
  'video.watch',
  'video.download',
]);

export interface View {
  viewer: Caller;
  action: Action;
  sessionId: string;
  object: AccessObject & { kind: 'session' };
  reason: string | undefined;
}

/** Does nothing for what shows no picture. Throws `bad_request` where support gives no reason. */
export async function recordStaffView(audit: Audit, view: View): Promise<void> {
  const { viewer, action, sessionId, object, reason } = view;
  if (!VIEWS.has(action)) return;
  const given = reason?.trim() ?? '';
  if (viewer.role === 'SUPPORT' && given === '') {
    throw new AppError('bad_request', 'expected a reason for looking at this court', { field: 'reason' });
  }
  const isTheirs = object.ownerId === viewer.userId || object.participantIds.includes(viewer.userId);
  if (isTheirs && viewer.impersonator === undefined) return;
  await audit.recordView(viewer, action, sessionId, given === '' ? {} : { reason: given });
}
