import { expect, test } from 'vitest';
import { planShellRequest } from './plan-request.ts';

const ORIGIN = 'https://portal.test';
const ask = (path: string, request: Partial<Parameters<typeof planShellRequest>[0]> = {}) =>
  planShellRequest(
    { method: 'GET', mode: 'no-cors', range: null, ...request, url: new URL(path, ORIGIN).href },
    ORIGIN,
  );

test.each([
  ['/_app/immutable/entry/start.abc.js', {}, 'kept'],
  ['/_app/immutable/entry/start.abc.js', { range: 'bytes=0-' }, 'past'],
  ['/', { mode: 'navigate' }, 'page'],
  ['/videos/sess_a_b_1', { mode: 'navigate' }, 'page'],
  ['/login', { mode: 'navigate', method: 'POST' }, 'past'],
  ['/api/docs', { mode: 'navigate' }, 'past'],
  ['/api/video/files/sess_a_b_1/download', { mode: 'navigate' }, 'past'],
  ['/api/video/files/sess_a_b_1/download?disposition=inline', { range: 'bytes=0-' }, 'past'],
  ['/api/video/record/events/sess_a_b_1', { mode: 'cors' }, 'past'],
  ['/api/preview/sess_a_b_1/stream.mjpeg', {}, 'past'],
  ['/_app/version.json', {}, 'past'],
  ['/videos/sess_a_b_1/__data.json', { mode: 'cors' }, 'past'],
  ['https://bucket.test/movie.mp4', {}, 'past'],
  ['https://bucket.test/_app/immutable/x.js', {}, 'past'],
])('[immich PR 29823] a request for %s %j: %s', (path, request, plan) => {
  expect(ask(path, request)).toBe(plan);
});
