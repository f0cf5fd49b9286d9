/**
 * Masks what must not leave the device with its logs: cameras' addresses wherever they stand, passwords, tokens, and the
 * signatures of links to the store. Pure. It rather masks too much: whoever needs more has the log on the machine.
 */
import { createMask } from '../ingest/log-copy.ts';

const CAMERA_URL = /\b(rtsps?):\/\/[^\s"'<>\\]+/gi;
const WEB_URL = /\b(https?):\/\/([^\s"'<>\\/?#]*)([^\s"'<>\\?#]*)(\?[^\s"'<>\\#]*)?/gi;
/** Signed claims, such as the device's own token (RFC 7519). */
const JWT = /\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?/g;
const AUTHORIZATION = /\b(bearer|basic)\s+[\w+/=.~-]{8,}/gi;
/** Its members are quoted: the rest of the line goes. */
const DIGEST = /\b(digest)\s+username=.*/gi;
/** `"token":"…"`, also inside a string that is quoted itself, `password=…` and their like. */
const NAMED = new RegExp(
  String.raw`((?:token|passw(?:or)?d|pwd|secret|signature|credential|api_?key)s?\\?["']?\s*[:=]\s*\\?["']?)[^\s"'\\&,}]+`,
  'gi',
);
const PEM = /-----BEGIN [^-]+-----[\s\S]*?(?:-----END [^-]+-----|$)/g;
/** Shorter values of a camera's query are numbers of channels and the like. */
const LEAST_SECRET_CHARACTERS = 4;

/** `addresses` of the cameras that this device knows, credentials included. */
export function createLeavingMask(addresses: readonly string[]): (text: string) => string {
  const cameras = addresses.filter((address) => URL.canParse(address)).map((address) => new URL(address));
  const hosts = new Set(cameras.map(({ host }) => host));
  const maskSecrets = createMask(cameras.flatMap(secretsOf));
  const maskHosts = createHostMask(cameras);
  return (text) =>
    maskHosts(
      maskSecrets(
        text
          .replace(PEM, '***')
          .replace(CAMERA_URL, '$1://***')
          .replace(WEB_URL, (_url, scheme: string, authority: string, path: string, query?: string) => {
            const host = authority.slice(authority.lastIndexOf('@') + 1);
            return hosts.has(host)
              ? `${scheme}://***`
              : `${scheme}://${host}${path}${query === undefined ? '' : '?***'}`;
          })
          .replace(AUTHORIZATION, '$1 ***')
          .replace(DIGEST, '$1 ***')
          .replace(NAMED, '$1***')
          .replace(JWT, '***'),
      ),
    );
}

/** As they stand in an address and as they may stand in a message, a header or a form. */
function secretsOf({ username, password, searchParams }: URL): string[] {
  const plain = decode(password);
  const values = [...searchParams.values()].filter((value) => value.length >= LEAST_SECRET_CHARACTERS);
  if (password === '') return values;
  const basic = [plain, `${decode(username)}:${plain}`].map((text) =>
    Buffer.from(text).toString('base64').replace(/=+$/, ''),
  );
  // The longest first, so that of one that begins another nothing is left.
  return [password, plain, ...basic, ...values].sort((a, b) => b.length - a.length);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Messages name a camera by host and port. */
function createHostMask(cameras: readonly URL[]): (text: string) => string {
  const names = [...new Set(cameras.map(({ hostname }) => hostname))].filter((name) => name !== '');
  if (names.length === 0) return (text) => text;
  const any = names.map((name) => name.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)).join('|');
  const host = new RegExp(String.raw`(?<![\w.-])(?:${any})(?::\d+)?(?![\w-]|\.\w)`, 'gi');
  return (text) => text.replace(host, '***');
}
