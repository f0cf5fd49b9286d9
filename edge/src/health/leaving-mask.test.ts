import { expect, test } from 'vitest';
import { createLeavingMask } from './leaving-mask.ts';

const mask = createLeavingMask([
  'rtsp://admin:Kan4ri%21en@10.0.0.9:554/court?channel=1',
  'http://10.0.0.7/snapshot.jpg?user=admin&pwd=Se4grund',
]);
const TOKEN = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJkZXYifQ.c2lnbmF0dXJl-_';

test.each([
  ['a stream', 'opening rtsp://admin:Kan4ri%21en@10.0.0.9:554/court', 'opening rtsp://***'],
  ['a stream that is not known', '"url":"rtsp://u:p@192.0.2.1/x","n":1', '"url":"rtsp://***","n":1'],
  ['a picture', 'GET http://10.0.0.7/snapshot.jpg?user=admin&pwd=Se4grund failed', 'GET http://*** failed'],
  [
    'host and port',
    'Expected a camera at 10.0.0.9:554, found silence.',
    'Expected a camera at ***, found silence.',
  ],
  [
    'what FFmpeg connects to',
    'Connection to tcp://10.0.0.9:554?timeout=0 failed',
    'Connection to tcp://***?timeout=0 failed',
  ],
  ['another machine', 'the portal at 110.0.0.9 and 10.0.0.91', 'the portal at 110.0.0.9 and 10.0.0.91'],
  ['a password alone', 'tried Kan4ri!en and Kan4ri%21en', 'tried *** and ***'],
  ['a value of a query', 'said Se4grund', 'said ***'],
  ['a password in base64', `line ${Buffer.from('admin:Kan4ri!en').toString('base64')}`, 'line ***'],
  ['the device’s token', `sent ${TOKEN} twice`, 'sent *** twice'],
  ['a header', `"authorization":"Bearer ${TOKEN}"`, '"authorization":"Bearer ***"'],
  ['a digest', 'Digest username="admin", response="0123"', 'Digest ***'],
  ['a member', '{"token":"abc123","msg":"x"}', '{"token":"***","msg":"x"}'],
  [
    'a member of a quoted text',
    String.raw`"body":"{\"password\":\"abc\"}"`,
    String.raw`"body":"{\"password\":\"***\"}"`,
  ],
  [
    'a signed link',
    'PUT https://s3.example/b/k?X-Amz-Signature=00ff 403',
    'PUT https://s3.example/b/k?*** 403',
  ],
  ['a key', '-----BEGIN PRIVATE KEY-----\\nMC4C\\n-----END PRIVATE KEY----- read', '*** read'],
  [
    'nothing to hide',
    '{"sessionId":"sess_alpha_one_1767225600","deviceId":"dev_0123456789"}',
    '{"sessionId":"sess_alpha_one_1767225600","deviceId":"dev_0123456789"}',
  ],
])('%s', (_name, text, masked) => {
  expect(mask(text)).toBe(masked);
});

test('a device without cameras masks what needs none to be known', () => {
  expect(createLeavingMask([])(`rtsp://a:b@c/ ${TOKEN}`)).toBe('rtsp://*** ***');
});
