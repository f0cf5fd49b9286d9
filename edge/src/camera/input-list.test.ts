import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatInputList } from './input-list.ts';

const PROBE = { hasParameterSets: true };

test('the list carries the address and FFmpeg’s options for it', () => {
  expect(formatInputList('rtsp://user:se%20cret@10.0.0.7:8554/court?ch=1', PROBE)).toBe(
    "ffconcat version 1.0\nfile 'rtsp://user:se%20cret@10.0.0.7:8554/court?ch=1'\noption rtsp_transport tcp\noption timeout 800000\noption analyzeduration 0\noption probesize 32\noption allowed_media_types video\n",
  );
});

test('a camera without parameter sets in its description is probed by the list too', () => {
  const list = formatInputList('rtsp://h/', { hasParameterSets: false }, { withSound: true });
  expect(list).toContain('\noption analyzeduration 15000000\noption probesize 50000000\n');
  expect(list).toContain('\noption allowed_media_types video+audio\n');
});

test.each([
  "rtsp://h/'\nfile '/etc/passwd",
  'rtsp://h/a b',
  'rtsp://h/\\',
  'http://h/stream',
  'file:///etc/passwd',
  'rtsp://h/\u0000',
])('the list refuses %j', (address) => {
  expect(() => formatInputList(address, PROBE)).toThrow(
    expect.objectContaining({ kind: 'bad_request' }) as Error,
  );
});

test('whatever is accepted stays on its own line and in its own quotes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (tail) => {
      let list: string;
      try {
        list = formatInputList(`rtsp://host/${tail}`, PROBE);
      } catch {
        return;
      }
      expect(list.split(/[\n\r]/)).toHaveLength(8);
      expect(list.match(/'/g)).toHaveLength(2);
    }),
  );
});
