/**
 * Basic and Digest authentication (RFC 7617, RFC 7616 and 2617), the same for RTSP and HTTP.
 * Digest knows MD5 alone, as FFmpeg does: a camera that passes here also passes there.
 */
import { createHash, randomBytes } from 'node:crypto';

export interface Credentials {
  username: string;
  password: string;
}

export type Challenge =
  | { scheme: 'basic' }
  | {
      scheme: 'digest';
      realm: string;
      nonce: string;
      opaque: string | undefined;
      /** Whether the camera asks for `qop=auth` (RFC 7616); without it the answer is RFC 2069's. */
      hasQop: boolean;
      /** The answer was right but its nonce too old: worth one more attempt. */
      isStale: boolean;
    };

export interface AuthorizedRequest {
  method: string;
  uri: string;
}

/** Answers a camera's challenges; remembers the last one, so that later requests are right at once. */
export interface Authorizer {
  /** Takes the `WWW-Authenticate` headers of a 401. False where another attempt would be pointless. */
  accept(headers: readonly string[]): boolean;
  /** The `Authorization` header, or undefined as long as nobody asked for one. */
  authorize(request: AuthorizedRequest): string | undefined;
}

export function createAuthorizer(credentials: Credentials | undefined): Authorizer {
  let challenge: Challenge | undefined;
  let wasAnswered = false;
  let nonceCount = 0;
  return {
    accept(headers) {
      const next = chooseChallenge(parseChallenges(headers));
      if (credentials === undefined || next === undefined) return false;
      if (wasAnswered && !(next.scheme === 'digest' && next.isStale)) return false;
      [challenge, wasAnswered, nonceCount] = [next, false, 0];
      return true;
    },
    authorize(request) {
      if (credentials === undefined || challenge === undefined) return undefined;
      wasAnswered = true;
      if (challenge.scheme === 'basic') return formatBasic(credentials);
      nonceCount += 1;
      const cnonce = randomBytes(8).toString('hex');
      return formatDigest(challenge, credentials, request, { cnonce, nonceCount });
    },
  };
}

/** Digest before Basic: the password stays off the wire. */
function chooseChallenge(challenges: readonly Challenge[]): Challenge | undefined {
  return challenges.find(({ scheme }) => scheme === 'digest') ?? challenges[0];
}

/** Every challenge that can be answered, in the camera's order; several may share one header. */
export function parseChallenges(headers: readonly string[]): Challenge[] {
  const found: { scheme: string; parameters: Map<string, string> }[] = [];
  for (const [, name = '', value] of headers.join(', ').matchAll(CHALLENGE_ITEM)) {
    if (value === undefined) found.push({ scheme: name.toLowerCase(), parameters: new Map() });
    else found.at(-1)?.parameters.set(name.toLowerCase(), unquote(value));
  }
  return found.map(toChallenge).filter((challenge) => challenge !== undefined);
}

/** A scheme's name (no `=` behind it) or one parameter with its bare or quoted value. */
const CHALLENGE_ITEM = /([A-Za-z][\w-]*)(?:\s*=\s*("(?:[^"\\]|\\.)*"|[^\s,"]*))?/g;

function unquote(value: string): string {
  return value.startsWith('"') ? value.slice(1, -1).replace(/\\(.)/g, '$1') : value;
}

function toChallenge(found: { scheme: string; parameters: Map<string, string> }): Challenge | undefined {
  const { scheme, parameters } = found;
  if (scheme === 'basic') return { scheme };
  const nonce = parameters.get('nonce');
  const qops = parameters
    .get('qop')
    ?.toLowerCase()
    .split(/[\s,]+/);
  if (scheme !== 'digest' || nonce === undefined) return undefined;
  if ((parameters.get('algorithm') ?? 'MD5').toUpperCase() !== 'MD5') return undefined;
  if (qops !== undefined && !qops.includes('auth')) return undefined;
  return {
    scheme,
    realm: parameters.get('realm') ?? '',
    nonce,
    opaque: parameters.get('opaque'),
    hasQop: qops !== undefined,
    isStale: parameters.get('stale')?.toLowerCase() === 'true',
  };
}

function formatBasic({ username, password }: Credentials): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

/** `cnonce` and `nonceCount` are given, so that RFC 7616's own example can be checked. */
export function formatDigest(
  challenge: Extract<Challenge, { scheme: 'digest' }>,
  { username, password }: Credentials,
  { method, uri }: AuthorizedRequest,
  { cnonce, nonceCount }: { cnonce: string; nonceCount: number },
): string {
  const { realm, nonce, opaque, hasQop } = challenge;
  const count = nonceCount.toString(16).padStart(8, '0');
  const secret = md5(`${username}:${realm}:${password}`);
  const subject = md5(`${method}:${uri}`);
  const middle = hasQop ? `${nonce}:${count}:${cnonce}:auth` : nonce;
  const fields = [
    `username=${quote(username)}`,
    `realm=${quote(realm)}`,
    `nonce=${quote(nonce)}`,
    `uri=${quote(uri)}`,
    `response="${md5(`${secret}:${middle}:${subject}`)}"`,
    ...(hasQop ? [`qop=auth`, `nc=${count}`, `cnonce=${quote(cnonce)}`] : []),
    ...(opaque === undefined ? [] : [`opaque=${quote(opaque)}`]),
  ];
  return `Digest ${fields.join(', ')}`;
}

/** A line break from a camera or a password must not begin a header of its own. */
function quote(value: string): string {
  return `"${value.replace(/[\r\n]/g, '').replace(/["\\]/g, '\\$&')}"`;
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}
