/**
 * Devices as the portal knows them: enrolment, access tokens, presence, their desired documents and commands.
 * Does not own sessions (it lists them in the desired document, `sessions/` changes them) nor courts.
 * May import `broker`, `db`, `clock`, `log` and shared.
 */
import type { z } from 'zod';
import type { SealedCamera } from '@padelvar/shared/camera';
import type { EnrollRequest, TokenRequest } from '@padelvar/shared/edge-api';
import { AppError } from '@padelvar/shared/errors';
import type { Desired, EdgeEvent, Reply, Reported } from '@padelvar/shared/link';
import type { Transaction } from 'kysely';
import type { DeviceCredential } from '../broker/broker-policy.ts';
import type { PortalChannel } from '../broker/portal-channel.ts';
import type { Clock } from '../clock.ts';
import type { Db } from '../db/database.ts';
import type { Tables } from '../db/tables.ts';
import { transact } from '../db/transact.ts';
import type { Logger } from '../log.ts';
import { createChallenges, isSignedBy } from './challenges.ts';
import { createCommands, type CommandAction, type CommandOptions } from './commands.ts';
import { loadDesired } from './desired.ts';
import { createDesiredPublisher } from './desired-publisher.ts';
import type { DeviceTokens } from './device-tokens.ts';
import { createEnrollment, enroll } from './enrollment.ts';
import { createIntake } from './intake.ts';
import { findLanOrigin } from './lan-origin.ts';
import { isPresent } from './presence.ts';
import { sealCameraAddress } from './seal.ts';

export interface DevicesOptions {
  db: Db;
  clock: Clock;
  log: Logger;
  channel: PortalChannel;
  tokens: DeviceTokens;
  /** By which devices check links to their own pages. */
  watchKey: string;
}

export interface Presence {
  isOnline: boolean;
  isAtClub: boolean;
}

export interface Devices {
  /** A single-use token, good for 24 h; it is not stored and cannot be shown again. */
  createEnrollment(input: { clubId: string; name: string }): Promise<{ token: string; expiresAtMs: number }>;
  enroll(request: EnrollRequest): Promise<{ deviceId: string }>;
  /** A device that is not known is challenged like any other, so that nobody learns which ids there are. */
  challenge(deviceId: string): { nonce: string; serverTime: number };
  /** Throws `unauthenticated` where the signature is not that device's over an open challenge. */
  token(
    request: z.infer<typeof TokenRequest>,
  ): Promise<{ token: string; expiresInSeconds: number; serverTime: number; watchKey: string }>;
  verifyToken(token: string): Promise<DeviceCredential | undefined>;
  isOnline(deviceId: string): Promise<boolean>;
  /** Whether it is online, and whether its page answers on the club's network. */
  findPresence(deviceId: string): Promise<Presence>;
  /** The desired document as it stands; throws `not_found`. */
  desired(deviceId: string): Promise<Desired>;
  /** Counts a change of the desired document. Call it in the transaction that changes what the document lists. */
  bumpRev(trx: Transaction<Tables>, deviceId: string): Promise<void>;
  /** Sends the desired document as it stands; nothing is lost where it cannot be sent now. */
  publishDesired(deviceId: string): Promise<void>;
  /** `bumpRev` and `publishDesired` in one, for changes already stored. */
  touch(deviceId: string): Promise<void>;
  /** Throws `not_found` where there is no such device. */
  sealCamera(deviceId: string, courtId: string, address: string): Promise<SealedCamera>;
  /** Throws `device_offline` at once, `timeout` where no reply came. A reply may still say that it failed. */
  command(deviceId: string, action: CommandAction, options?: CommandOptions): Promise<Reply>;
  /** The device was heard of over HTTPS. */
  heardOf(deviceId: string): Promise<void>;
  /** Takes a report, by MQTT or by HTTPS. */
  takeReported(deviceId: string, reported: Reported): Promise<void>;
  onReported(listener: (deviceId: string, reported: Reported) => Promise<void>): void;
  onPresence(listener: (deviceId: string, online: boolean) => void): void;
  onEvent(listener: (deviceId: string, event: EdgeEvent) => void): void;
}

export function createDevices(options: DevicesOptions): Devices {
  const { db, clock, channel, tokens } = options;
  const challenges = createChallenges(clock);
  const commands = createCommands({ channel, clock });
  const publisher = createDesiredPublisher(options);
  const intake = createIntake({ ...options, onReply: commands.settle });

  const bumpRev = async (trx: Transaction<Tables>, deviceId: string): Promise<void> => {
    await trx
      .updateTable('device')
      .set((eb) => ({ rev: eb('rev', '+', 1) }))
      .where('id', '=', deviceId)
      .execute();
  };
  const findPresence = async (deviceId: string): Promise<Presence> => {
    const row = await db
      .selectFrom('device')
      .select(['online', 'last_seen_at', 'lan', 'lan_port'])
      .where('id', '=', deviceId)
      .executeTakeFirst();
    const isOnline = row !== undefined && isPresent(row, clock.nowMs());
    return { isOnline, isAtClub: isOnline && findLanOrigin(row) !== undefined };
  };
  const isOnline = async (deviceId: string): Promise<boolean> => (await findPresence(deviceId)).isOnline;

  return {
    createEnrollment: (input) => createEnrollment(db, clock, input),
    enroll: (request) => enroll(db, clock, request),
    challenge: (deviceId) => ({ nonce: challenges.create(deviceId), serverTime: clock.nowMs() }),
    async token(request) {
      const signKey = await findSignKey(db, request.deviceId);
      const isSigned = signKey !== undefined && isSignedBy(signKey, request);
      if (!isSigned || !challenges.isOpen(request.deviceId, request.nonce)) {
        throw new AppError(
          'unauthenticated',
          'expected the signature of a known device over an open challenge',
        );
      }
      challenges.spend(request.nonce);
      const issued = await tokens.issue(request.deviceId);
      return { ...issued, serverTime: clock.nowMs(), watchKey: options.watchKey };
    },
    verifyToken: (token) => tokens.verify(token),
    isOnline,
    findPresence,
    async desired(deviceId) {
      const document = await loadDesired(db, deviceId, clock.nowMs());
      if (document === undefined) throw new AppError('not_found', 'this device is not known any more');
      return document;
    },
    bumpRev,
    publishDesired: publisher.publish,
    async touch(deviceId) {
      await transact(db, (trx) => bumpRev(trx, deviceId));
      await publisher.publish(deviceId);
    },
    async sealCamera(deviceId, courtId, address) {
      const row = await db
        .selectFrom('device')
        .select('seal_key')
        .where('id', '=', deviceId)
        .executeTakeFirst();
      if (row === undefined) throw new AppError('not_found', 'expected the id of a known device');
      return sealCameraAddress(address, { deviceId, courtId, sealKey: row.seal_key });
    },
    async command(deviceId, action, commandOptions) {
      if (!(await isOnline(deviceId)))
        throw new AppError('device_offline', 'the mini-PC of this club is offline');
      return commands.send(deviceId, action, commandOptions);
    },
    heardOf: intake.heardOf,
    takeReported: intake.takeReported,
    onReported: intake.onReported,
    onPresence: intake.onPresence,
    onEvent: intake.onEvent,
  };
}

async function findSignKey(db: Db, deviceId: string): Promise<string | undefined> {
  const row = await db.selectFrom('device').select('sign_key').where('id', '=', deviceId).executeTakeFirst();
  return row?.sign_key;
}
