/** `padelvar-edge enroll`: makes this device known to a portal, once. */
import { parseArgs } from 'node:util';
import { AppError } from '@padelvar/shared/errors';
import { identityFolder } from '../app.ts';
import { enroll } from '../link/enroll.ts';
import { parseSettings } from '../settings.ts';

export async function runEnroll(argv: string[]): Promise<void> {
  const { values } = parseArgs({
    args: argv,
    options: { portal: { type: 'string' }, token: { type: 'string' } },
  });
  const { portal, token } = values;
  if (portal === undefined || !URL.canParse(portal)) {
    throw new AppError('bad_request', 'expected --portal with an address such as https://portal.example');
  }
  if (token === undefined)
    throw new AppError('bad_request', 'expected --token with the one-time token that the portal showed');
  const { dataDir } = parseSettings(process.env);
  const { deviceId } = await enroll({ identityFolder: identityFolder(dataDir), portalOrigin: portal, token });
  process.stdout.write(
    `this device is ${deviceId} at ${new URL(portal).origin}; its keys lie in ${identityFolder(dataDir)}\n`,
  );
}
