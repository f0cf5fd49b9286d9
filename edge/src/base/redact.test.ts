import fc from 'fast-check';
import { expect, test } from 'vitest';
import { redactText } from './redact.ts';

test.each([
  ['rtsp://admin:secret@10.0.0.9:554/court', 'rtsp://***@10.0.0.9:554/court'],
  ['rtsp://admin@10.0.0.9/', 'rtsp://***@10.0.0.9/'],
  ['two: http://a:b@c/ and RTSP://d:e@f/', 'two: http://***@c/ and RTSP://***@f/'],
  ['a password with an at: rtsp://u:p@ss@host/x', 'a password with an at: rtsp://***@host/x'],
  ['nothing to hide: http://host/a@b', 'nothing to hide: http://host/a@b'],
  ['mail a@b.example', 'mail a@b.example'],
])('%s', (text, masked) => {
  expect(redactText(text)).toBe(masked);
});

test('no percent-encoded password stays in an address', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 4 }), (secret) => {
      const password = encodeURIComponent(`#${secret}#`).replaceAll("'", '%27');
      expect(redactText(`failed: rtsp://admin:${password}@host/court`)).toBe('failed: rtsp://***@host/court');
    }),
  );
});
