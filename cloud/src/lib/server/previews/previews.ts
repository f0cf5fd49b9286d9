/**
 * Live pictures on their way from a device to browsers, in memory only. Owns frames, viewers and leases; does not own
 * sessions or rights (callers ask the gate first). May import `db`, `devices`, `sessions`, `clock`, `log`.
 */
import { AppError } from '@padelvar/shared/errors';
import { isEnded, SessionState } from '@padelvar/shared/session';
import type { Clock } from '../clock.ts';
import type { Db } from '../db/database.ts';
import type { Devices } from '../devices/devices.ts';
import type { Logger } from '../log.ts';
import type { Sessions } from '../sessions/sessions.ts';
import { createPreviewChannel } from './preview-channel.ts';
import type { PreviewChannel, PreviewFrame, Viewer } from './preview-channel.ts';
import type { PreviewKind } from './preview-lease.ts';

export interface PreviewsOptions {
  db: Db;
  clock: Clock;
  log: Logger;
  devices: Pick<Devices, 'command' | 'isOnline'>;
  sessions: Pick<Sessions, 'onChange'>;
}

export interface Previews {
  /** `conflict` once the session has ended. The viewer ends with the session. */
  watch(sessionId: string): Promise<Viewer>;
  /** `device_offline` at once, `timeout` where no picture came within 3 s, `conflict` once the session has ended. */
  snapshot(sessionId: string): Promise<{ jpeg: Uint8Array; ageMs: number }>;
  info(sessionId: string): { viewers: number; frameAgeMs: number | null; streaming: boolean };
  /** `not_found` for a session of another device. */
  push(deviceId: string, sessionId: string, jpeg: Uint8Array, ageMs: number): Promise<{ watched: boolean }>;
  /** Ends every viewer. */
  close(): void;
}

export function createPreviews({ db, clock, log, devices, sessions }: PreviewsOptions): Previews {
  const channels = new Map<string, PreviewChannel>();

  const end = (sessionId: string): void => {
    channels.get(sessionId)?.close();
    channels.delete(sessionId);
  };
  const stopListening = sessions.onChange((sessionId) => {
    if (!channels.has(sessionId)) return;
    findSession(db, sessionId).then(
      (session) => {
        if (session === undefined || session.isOver) end(sessionId);
      },
      (error: unknown) => log.warn({ err: error, sessionId }, 'a preview outlives its session'),
    );
  });

  const open = async (sessionId: string): Promise<{ channel: PreviewChannel; deviceId: string }> => {
    const session = await findSession(db, sessionId);
    if (session === undefined) throw new AppError('not_found', 'expected the id of a session');
    if (session.isOver)
      throw new AppError('conflict', 'this session has ended, there is no live picture', {
        fault: 'match_over',
      });
    const { deviceId } = session;
    const channel = channels.get(sessionId) ?? create(sessionId, deviceId);
    return { channel, deviceId };
  };
  const create = (sessionId: string, deviceId: string): PreviewChannel => {
    const sendLease = (kind: PreviewKind, leaseSeconds: number): void => {
      devices
        .command(deviceId, { type: 'preview', sessionId, kind, leaseSeconds }, { expiresInMs: 5_000, qos: 0 })
        .catch((error: unknown) => log.debug({ err: error, sessionId }, 'a preview lease was not answered'));
    };
    const onIdle = (): void => void channels.delete(sessionId);
    const channel = createPreviewChannel({ clock, sendLease, onIdle });
    channels.set(sessionId, channel);
    return channel;
  };

  return {
    watch: async (sessionId) => (await open(sessionId)).channel.watch(),
    async snapshot(sessionId) {
      const { channel, deviceId } = await open(sessionId);
      if (!(await devices.isOnline(deviceId))) {
        throw new AppError('device_offline', 'the mini-PC of this court is offline');
      }
      const frame = await channel.snapshot();
      if (frame === undefined) throw new AppError('timeout', 'no picture came within 3 s');
      return { jpeg: frame.jpeg, ageMs: ageOf(frame, clock) };
    },
    info: (sessionId) =>
      channels.get(sessionId)?.info() ?? { viewers: 0, frameAgeMs: null, streaming: false },
    async push(deviceId, sessionId, jpeg, ageMs) {
      const session = await findSession(db, sessionId);
      if (session?.deviceId !== deviceId)
        throw new AppError('not_found', 'expected a session of this device');
      if (session.isOver) end(sessionId);
      return { watched: channels.get(sessionId)?.push(jpeg, ageMs) ?? false };
    },
    close() {
      stopListening();
      for (const sessionId of [...channels.keys()]) end(sessionId);
    },
  };
}

async function findSession(
  db: Db,
  sessionId: string,
): Promise<{ deviceId: string; isOver: boolean } | undefined> {
  const row = await db
    .selectFrom('match_session')
    .select(['device_id', 'state'])
    .where('id', '=', sessionId)
    .executeTakeFirst();
  return row && { deviceId: row.device_id, isOver: isEnded(SessionState.parse(row.state)) };
}

function ageOf(frame: PreviewFrame, clock: Clock): number {
  return Math.max(0, Math.round(clock.monotonicMs() - frame.takenAtMs));
}
