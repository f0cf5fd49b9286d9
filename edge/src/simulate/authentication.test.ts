import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createGatekeeper } from './authentication.ts';

const CREDENTIALS = { user: 'admin', password: 'a:b "c"' };
const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
const basic = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

/** What a client answers to a challenge (RFC 2617, 3.2.2). */
function digest(challenge: string, method: string, uri: string, password: string): string {
  const { realm = '', nonce = '' } =
    /realm="(?<realm>[^"]*)", nonce="(?<nonce>[^"]*)"/.exec(challenge)?.groups ?? {};
  const response = md5(`${md5(`admin:${realm}:${password}`)}:${nonce}:${md5(`${method}:${uri}`)}`);
  return `Digest username="admin", realm="${realm}", nonce="${nonce}", uri="${uri}", response="${response}"`;
}

describe('a gatekeeper', () => {
  it('admits everybody where no password is set', () => {
    expect(createGatekeeper(undefined).admits('GET', undefined)).toBe(true);
  });

  it.each([
    ['the right password', basic('admin', CREDENTIALS.password), true],
    ['a wrong password', basic('admin', 'x'), false],
    ['a wrong user', basic('root', CREDENTIALS.password), false],
    ['no header', undefined, false],
    ['an unknown scheme', 'Bearer x', false],
  ])('judges Basic with %s', (_, header, admitted) => {
    expect(createGatekeeper(CREDENTIALS).admits('GET', header)).toBe(admitted);
  });

  it('judges Digest by password, method and nonce', () => {
    const gatekeeper = createGatekeeper(CREDENTIALS);
    const [challenge = ''] = gatekeeper.challenges();
    const [foreign = ''] = createGatekeeper(CREDENTIALS).challenges();
    const right = digest(challenge, 'DESCRIBE', 'rtsp://a/', CREDENTIALS.password);
    expect(gatekeeper.admits('DESCRIBE', right)).toBe(true);
    expect(gatekeeper.admits('SETUP', right)).toBe(false);
    expect(gatekeeper.admits('DESCRIBE', digest(challenge, 'DESCRIBE', 'rtsp://a/', 'x'))).toBe(false);
    const old = digest(foreign, 'DESCRIBE', 'rtsp://a/', CREDENTIALS.password);
    expect(gatekeeper.admits('DESCRIBE', old)).toBe(false);
  });

  it('takes only the schemes it offers', () => {
    const gatekeeper = createGatekeeper(CREDENTIALS, ['digest']);
    expect(gatekeeper.challenges()).toHaveLength(1);
    expect(gatekeeper.admits('GET', basic('admin', CREDENTIALS.password))).toBe(false);
  });
});
