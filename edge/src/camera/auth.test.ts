import { expect, test } from 'vitest';
import { createAuthorizer, formatDigest, parseChallenges } from './auth.ts';

test('RFC 2617’s own example comes out (section 3.5)', () => {
  const [challenge] = parseChallenges([
    'Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"',
  ]);
  if (challenge?.scheme !== 'digest') throw new Error('expected a Digest challenge');
  const header = formatDigest(
    challenge,
    { username: 'Mufasa', password: 'Circle Of Life' },
    { method: 'GET', uri: '/dir/index.html' },
    { cnonce: '0a4f113b', nonceCount: 1 },
  );
  expect(header).toContain('response="6629fae49393a05397450978507c4ef1"');
  expect(header).toContain('nc=00000001');
});

test('several challenges in one header or many are told apart, unknown ones left out', () => {
  expect(
    parseChallenges([
      'Negotiate, Basic realm="a, b", Digest realm="r\\"q", nonce=n1, algorithm=SHA-256',
      'Digest nonce="n2",stale=TRUE',
    ]),
  ).toEqual([
    { scheme: 'basic' },
    { scheme: 'digest', realm: '', nonce: 'n2', opaque: undefined, hasQop: false, isStale: true },
  ]);
});

test('a Digest nonce is used again with a count that grows', () => {
  const authorizer = createAuthorizer({ username: 'a', password: 'b' });
  const request = { method: 'GET', uri: '/' };
  expect(authorizer.authorize(request)).toBeUndefined();
  expect(authorizer.accept(['Digest realm="r", nonce="n", qop="auth"'])).toBe(true);
  expect(authorizer.authorize(request)).toContain('nc=00000001');
  expect(authorizer.authorize(request)).toContain('nc=00000002');
});

test('an answer refused is not given twice, unless its nonce was stale', () => {
  const authorizer = createAuthorizer({ username: 'a', password: 'b' });
  authorizer.accept(['Digest nonce="n"']);
  authorizer.authorize({ method: 'GET', uri: '/' });
  expect(authorizer.accept(['Digest nonce="n", stale=true'])).toBe(true);
  authorizer.authorize({ method: 'GET', uri: '/' });
  expect(authorizer.accept(['Digest nonce="m"'])).toBe(false);
});

test('a line break in a realm begins no header', () => {
  const authorizer = createAuthorizer({ username: 'a\r\nX: y', password: 'b' });
  authorizer.accept(['Digest realm="r\r\nX: y", nonce="n"']);
  expect(authorizer.authorize({ method: 'GET', uri: '/' })).not.toMatch(/[\r\n]/);
});
