/** Keeps the retained `desired` of each device current: never an older document after a newer one. */
import type { PortalChannel } from '../broker/portal-channel.ts';
import type { Clock } from '../clock.ts';
import type { Db } from '../db/database.ts';
import type { Logger } from '../log.ts';
import { loadDesired } from './desired.ts';
import { persist } from './persist.ts';

export interface DesiredPublisher {
  publish: (deviceId: string) => Promise<void>;
}

/** At each connection of the channel all documents are said again: the database is the truth, retained messages a cache. */
export function createDesiredPublisher(options: {
  db: Db;
  clock: Clock;
  log: Logger;
  channel: PortalChannel;
}): DesiredPublisher {
  const { db, clock, log, channel } = options;
  /** Per device the publication that has not read its document yet; a later request joins it. */
  const waiting = new Map<string, Promise<void>>();
  const running = new Map<string, Promise<void>>();

  const send = async (deviceId: string): Promise<void> => {
    waiting.delete(deviceId);
    const document = await persist(clock, () => loadDesired(db, deviceId, clock.nowMs()));
    if (document !== undefined) channel.publish(deviceId, 'desired', document, { qos: 1, retain: true });
  };
  const publish = (deviceId: string): Promise<void> => {
    const joined = waiting.get(deviceId);
    if (joined !== undefined) return joined;
    const sent = (running.get(deviceId) ?? Promise.resolve())
      .then(() => send(deviceId))
      .catch((error: unknown) => log.error({ err: error, deviceId }, 'desired could not be published'));
    waiting.set(deviceId, sent);
    running.set(deviceId, sent);
    void sent.then(() => {
      if (running.get(deviceId) === sent) running.delete(deviceId);
    });
    return sent;
  };
  const publishAll = async (): Promise<void> => {
    const rows = await persist(clock, () => db.selectFrom('device').select('id').execute());
    for (const { id } of rows) await publish(id);
  };

  channel.onConnect(() => {
    publishAll().catch((error: unknown) => log.error({ err: error }, 'desired could not be published'));
  });
  return { publish };
}
