/** Basic and Digest authentication with MD5 (RFC 2617), for RTSP and HTTP alike. Pure but for the random nonce. */
import { createHash, randomBytes } from 'node:crypto';

export interface Credentials {
  user: string;
  password: string;
}

export type AuthenticationScheme = 'basic' | 'digest';

export interface Gatekeeper {
  /** Whether this request proves the password; always true where none is set. */
  admits(method: string, authorization: string | undefined): boolean;
  /** `WWW-Authenticate` values for a 401. */
  challenges(): string[];
}

const REALM = 'PadelVar simulated court';

export function createGatekeeper(
  credentials: Credentials | undefined,
  schemes: readonly AuthenticationScheme[] = ['digest', 'basic'],
): Gatekeeper {
  const nonce = randomBytes(16).toString('hex');
  return {
    admits(method, authorization = '') {
      if (credentials === undefined) return true;
      const [scheme, rest] = splitOnce(authorization, ' ');
      const asked = scheme.toLowerCase();
      if (asked === 'basic' && schemes.includes('basic')) return checkBasic(credentials, rest);
      return (
        asked === 'digest' && schemes.includes('digest') && checkDigest(credentials, nonce, method, rest)
      );
    },
    challenges: () =>
      schemes.map((scheme) =>
        scheme === 'basic' ? `Basic realm="${REALM}"` : `Digest realm="${REALM}", nonce="${nonce}"`,
      ),
  };
}

function checkBasic({ user, password }: Credentials, encoded: string): boolean {
  return Buffer.from(encoded.trim(), 'base64').toString() === `${user}:${password}`;
}

/** response = MD5(MD5(user:realm:password):nonce:MD5(method:uri)); a challenge without qop asks for no more. */
function checkDigest(
  { user, password }: Credentials,
  nonce: string,
  method: string,
  parameters: string,
): boolean {
  const given = parseParameters(parameters);
  if (given['username'] !== user || given['realm'] !== REALM || given['nonce'] !== nonce) return false;
  const secret = md5(`${user}:${REALM}:${password}`);
  return given['response'] === md5(`${secret}:${nonce}:${md5(`${method}:${given['uri'] ?? ''}`)}`);
}

function parseParameters(text: string): Record<string, string> {
  const pairs = text.matchAll(/([a-z]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))/gi);
  return Object.fromEntries(
    [...pairs].map(([, name = '', quoted, bare]) => [
      name.toLowerCase(),
      quoted === undefined ? (bare ?? '') : quoted.replace(/\\(.)/g, '$1'),
    ]),
  );
}

function splitOnce(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}
