/** What devices say: parsed, stored, handed on. What does not fit its schema is dropped with a line in the log. */
import type { z } from 'zod';
import { EdgeEvent, Presence, Reply, Reported, Telemetry } from '@padelvar/shared/link';
import type { PortalChannel } from '../broker/portal-channel.ts';
import type { Clock } from '../clock.ts';
import type { Db } from '../db/database.ts';
import type { Logger } from '../log.ts';
import { persist } from './persist.ts';
import { decidePresence } from './presence.ts';

export interface Intake {
  heardOf: (deviceId: string) => Promise<void>;
  takeReported: (deviceId: string, reported: Reported) => Promise<void>;
  onReported: (listener: (deviceId: string, reported: Reported) => Promise<void>) => void;
  onPresence: (listener: (deviceId: string, online: boolean) => void) => void;
  onEvent: (listener: (deviceId: string, event: EdgeEvent) => void) => void;
}

export function createIntake(options: {
  db: Db;
  clock: Clock;
  log: Logger;
  channel: PortalChannel;
  onReply: (deviceId: string, reply: Reply) => void;
}): Intake {
  const { db, clock, log, channel } = options;
  const listeners = {
    reported: [] as ((deviceId: string, reported: Reported) => Promise<void>)[],
    presence: [] as ((deviceId: string, online: boolean) => void)[],
    event: [] as ((deviceId: string, event: EdgeEvent) => void)[],
  };

  const takeReported = async (deviceId: string, reported: Reported): Promise<void> => {
    await storeReported(db, clock.nowMs(), deviceId, reported);
    for (const listener of listeners.reported) await listener(deviceId, reported);
  };
  const takePresence = async (deviceId: string, presence: Presence): Promise<void> => {
    if (!(await storePresence(db, clock.nowMs(), deviceId, presence))) return;
    for (const listener of listeners.presence) listener(deviceId, presence.online);
  };
  const takeEvent = async (deviceId: string, event: EdgeEvent): Promise<void> => {
    if (!(await storeEvent(db, clock.nowMs(), deviceId, event))) return;
    for (const listener of listeners.event) listener(deviceId, event);
  };
  const take = async (deviceId: string, leaf: string, payload: Buffer): Promise<void> => {
    const body: unknown = JSON.parse(payload.toString('utf8'));
    if (leaf === 'reported') return takeReported(deviceId, Reported.parse(body));
    if (leaf === 'presence') return takePresence(deviceId, Presence.parse(body));
    if (leaf === 'events') return takeEvent(deviceId, EdgeEvent.parse(body));
    if (leaf === 'telemetry') return storeTelemetry(db, clock.nowMs(), deviceId, Telemetry.parse(body));
    if (leaf.startsWith('replies/')) options.onReply(deviceId, Reply.parse(body));
  };

  const lines = new Map<string, Promise<void>>();
  // One device's messages are taken in the order in which they came.
  channel.onMessage((deviceId, leaf, payload) => {
    const line = (lines.get(deviceId) ?? Promise.resolve())
      .then(() => persist(clock, () => take(deviceId, leaf, payload)))
      .catch((error: unknown) => log.warn({ deviceId, leaf, reason: describe(error) }, 'message dropped'));
    lines.set(deviceId, line);
    void line.then(() => {
      if (lines.get(deviceId) === line) lines.delete(deviceId);
    });
  });

  return {
    heardOf: (deviceId) => heardOf(db, clock.nowMs(), deviceId),
    takeReported,
    onReported: (listener) => void listeners.reported.push(listener),
    onPresence: (listener) => void listeners.presence.push(listener),
    onEvent: (listener) => void listeners.event.push(listener),
  };
}

async function heardOf(db: Db, nowMs: number, deviceId: string): Promise<void> {
  await db.updateTable('device').set({ last_seen_at: nowMs }).where('id', '=', deviceId).execute();
}

async function storeReported(db: Db, nowMs: number, deviceId: string, reported: Reported): Promise<void> {
  await db
    .updateTable('device')
    .set({
      last_seen_at: nowMs,
      build: reported.build,
      lan: JSON.stringify(reported.lan),
      lan_port: reported.lanPort ?? null,
      clock_offset_ms: reported.clock - nowMs,
    })
    .where('id', '=', deviceId)
    .execute();
  for (const court of reported.courts) {
    await db
      .updateTable('court')
      .set({ camera_state: court.state, camera_reason: court.reason ?? null })
      .where('id', '=', court.courtId)
      .where('device_id', '=', deviceId)
      .execute();
  }
}

/** False where the message is the will of an older connection, or of a device that is not known. */
async function storePresence(db: Db, nowMs: number, deviceId: string, said: Presence): Promise<boolean> {
  const known = await db
    .selectFrom('device')
    .select(['epoch', 'online'])
    .where('id', '=', deviceId)
    .executeTakeFirst();
  const next = known && decidePresence(known, said);
  if (next === undefined) return false;
  const seen = said.online ? { last_seen_at: nowMs } : {};
  await db
    .updateTable('device')
    .set({ ...next, ...seen })
    .where('id', '=', deviceId)
    .execute();
  return true;
}

/** False where this event has been stored before. */
async function storeEvent(db: Db, nowMs: number, deviceId: string, event: EdgeEvent): Promise<boolean> {
  const stored = await db
    .insertInto('device_event')
    .values({
      device_id: deviceId,
      epoch: event.epoch,
      seq: event.seq,
      at: event.at,
      received_at: nowMs,
      type: event.type,
      session_id: event.sessionId ?? null,
      detail: event.detail ?? null,
    })
    .onConflict((conflict) => conflict.columns(['device_id', 'epoch', 'seq']).doNothing())
    .executeTakeFirst();
  return stored.numInsertedOrUpdatedRows !== 0n;
}

async function storeTelemetry(
  db: Db,
  nowMs: number,
  deviceId: string,
  telemetry: z.infer<typeof Telemetry>,
): Promise<void> {
  await db
    .updateTable('device')
    .set({
      last_seen_at: nowMs,
      disk_free_bytes: telemetry.diskFreeBytes,
      recording_minutes_left: telemetry.recordingMinutesLeft ?? null,
      media: telemetry.media ?? null,
      uplink: telemetry.uplink === undefined ? null : JSON.stringify(telemetry.uplink),
    })
    .where('id', '=', deviceId)
    .execute();
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message.slice(0, 300) : 'unknown';
}
