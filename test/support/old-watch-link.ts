/** A link to the edge's page that the portal gave so long ago that it is over: signed as it signs, with its own secret. */
import { createPrivateKey, hkdfSync, sign } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { watchMessage } from '@padelvar/shared/watch-link';
import type { WatchClaims } from '@padelvar/shared/watch-link';

/** DER of an Ed25519 private key up to its 32 bytes (RFC 8410). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Answers its token. */
export async function signOldLink(portalDataDir: string, claims: WatchClaims): Promise<string> {
  const secret = (await readFile(join(portalDataDir, 'secret'), 'utf8')).trim();
  const seed = Buffer.from(hkdfSync('sha256', secret, '', 'padelvar-watch-links', 32));
  const der = Buffer.concat([PKCS8_PREFIX, seed]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const text = Buffer.from(JSON.stringify(claims)).toString('base64url');
  return `${text}.${sign(null, Buffer.from(watchMessage(text)), key).toString('base64url')}`;
}
