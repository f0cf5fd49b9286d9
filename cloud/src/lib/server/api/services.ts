/** What the API's sections are given; each member belongs to the room that its type comes from. Wired by `app.ts`. */
import type { Gate } from '../access/gate.ts';
import type { Audit } from '../audit/audit.ts';
import type { Accounts } from '../auth/accounts.ts';
import type { Broker } from '../broker/broker.ts';
import type { PortalChannel } from '../broker/portal-channel.ts';
import type { Clubs } from '../clubs/clubs.ts';
import type { Courts } from '../clubs/courts.ts';
import type { Clock } from '../clock.ts';
import type { Db } from '../db/database.ts';
import type { DeviceAdmin } from '../devices/device-admin.ts';
import type { DeviceTokens } from '../devices/device-tokens.ts';
import type { Devices } from '../devices/devices.ts';
import type { Files } from '../files/files.ts';
import type { Logger } from '../log.ts';
import type { Previews } from '../previews/previews.ts';
import type { Sessions } from '../sessions/sessions.ts';
import type { Settings } from '../settings.ts';
import type { Shares } from '../shares/shares.ts';
import type { Storage } from '../storage/open-storage.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { Uploads } from '../uploads/uploads.ts';
import type { Users } from '../users/users.ts';

export interface Services {
  db: Db;
  clock: Clock;
  log: Logger;
  settings: Settings;
  auth: Accounts;
  gate: Gate;
  audit: Audit;
  users: Users;
  clubs: Clubs;
  courts: Courts;
  devices: Devices;
  deviceTokens: DeviceTokens;
  deviceAdmin: DeviceAdmin;
  broker: Broker;
  channel: PortalChannel;
  sessions: Sessions;
  storage: Storage;
  store: ObjectStore;
  uploads: Uploads;
  files: Files;
  shares: Shares;
  previews: Previews;
}
