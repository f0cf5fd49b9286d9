import { expect, test } from 'vitest';
import { formatFileName } from './file-name.ts';

const match = { clubName: 'Padel Lyon', courtName: 'Court 1', recordedAt: Date.UTC(2026, 5, 1, 22, 5) };

test.each([
  ['Europe/Paris', 'Padel Lyon - Court 1 - 2026-06-02 00h05.mp4'],
  ['America/Argentina/Buenos_Aires', 'Padel Lyon - Court 1 - 2026-06-01 19h05.mp4'],
  ['No/Where', 'Padel Lyon - Court 1 - 2026-06-01 22h05.mp4'],
])('a match in %s is called by the time on the wall there', (timeZone, expected) => {
  expect(formatFileName({ ...match, timeZone })).toBe(expected);
});

test('long names leave room for the time', () => {
  const name = formatFileName({ ...match, clubName: 'x'.repeat(200), timeZone: 'UTC' });
  expect(name).toHaveLength(60 + ' - Court 1 - 2026-06-01 22h05.mp4'.length);
});
