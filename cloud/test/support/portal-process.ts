/** A program: the portal on a given folder and port, see `killable-process.ts`. */
import { systemClock } from '../../../edge/src/base/clock.ts';
import type { S3Settings } from '../../src/lib/server/storage/s3-client.ts';
import { READY } from './killable-process.ts';
import { openTestPortal } from './portal.ts';
import { serveFetch } from './serve.ts';

export interface PortalProcessSettings {
  dataDir: string;
  /** The parent's own, which no other process knows of; undefined on SQLite. */
  databaseUrl: string | undefined;
  port: number;
  s3?: S3Settings;
}

const { dataDir, databaseUrl, port, s3 } = JSON.parse(process.argv[2] ?? '') as PortalProcessSettings;
const portal = await openTestPortal({ dataDir, databaseUrl, s3 });
await serveFetch((request) => portal.app.fetch(request, { clientAddress: '127.0.0.1' }), port);
process.send?.(READY);
await systemClock.sleep(2 ** 30);
