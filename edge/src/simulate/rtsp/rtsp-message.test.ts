import { describe, expect, it } from 'vitest';
import { createRtspReader, formatRtspAnswer } from './rtsp-message.ts';

const OPTIONS = 'OPTIONS rtsp://a/ RTSP/1.0\r\nCSeq: 1\r\n\r\n';
const SETUP = 'SETUP rtsp://a/t RTSP/1.0\r\nCSeq: 2\r\nContent-Length: 3\r\n\r\nabc';

describe('an RTSP reader', () => {
  it('finds requests in any slicing, over bodies and interleaved packets', () => {
    const bytes = Buffer.concat([
      Buffer.from(OPTIONS),
      Buffer.from([0x24, 1, 0, 4, 13, 10, 13, 10]),
      Buffer.from(SETUP),
      Buffer.from(OPTIONS),
    ]);
    for (const step of [1, 7, bytes.length]) {
      const reader = createRtspReader();
      const methods: string[] = [];
      for (let at = 0; at < bytes.length; at += step) {
        methods.push(...reader.read(bytes.subarray(at, at + step)).map(({ method }) => method));
      }
      expect(methods).toEqual(['OPTIONS', 'SETUP', 'OPTIONS']);
    }
  });

  it('reads header names without regard to case', () => {
    const [request] = createRtspReader().read(Buffer.from('PLAY * RTSP/1.0\r\ncSEQ:  7 \r\n\r\n'));
    expect(request?.headers).toEqual({ cseq: '7' });
  });

  it.each([
    ['something else', 'GET / HTTP/1.1\r\n\r\n'],
    ['a header without end', `OPTIONS * RTSP/1.0\r\nX: ${'x'.repeat(20_000)}`],
    ['a body without measure', 'SETUP * RTSP/1.0\r\nContent-Length: 99999999\r\n\r\n'],
    ['a length that is no number', 'SETUP * RTSP/1.0\r\nContent-Length: many\r\n\r\n'],
  ])('refuses %s', (_, text) => {
    expect(() => createRtspReader().read(Buffer.from(text))).toThrow();
  });
});

describe('RTSP answers', () => {
  it('carry the request number, repeated headers and the body length', () => {
    const text = formatRtspAnswer(401, '9', { 'WWW-Authenticate': ['Digest a', 'Basic b'] }, 'no');
    expect(text.split('\r\n')).toEqual([
      'RTSP/1.0 401 Unauthorized',
      'CSeq: 9',
      'Server: PadelVar simulated court',
      'WWW-Authenticate: Digest a',
      'WWW-Authenticate: Basic b',
      'Content-Length: 2',
      '',
      'no',
    ]);
  });
});
