import type { Video } from '@padelvar/shared/portal-api';
import { expect, it } from 'vitest';
import { recallVideo, rememberVideos } from './seen-videos.ts';

const video = (sessionId: string): Video => ({ sessionId }) as Video;

it('has what the last list showed, for whoever saw it', () => {
  expect(recallVideo('ana', 'one')).toBeUndefined();
  rememberVideos('ana', [video('one'), video('two')]);
  expect(recallVideo('ana', 'one')).toEqual(video('one'));
  expect(recallVideo('ben', 'one')).toBeUndefined();
});

it('forgets what is no longer on the list', () => {
  rememberVideos('ana', [video('one'), video('two')]);
  rememberVideos('ana', [video('two')]);
  expect(recallVideo('ana', 'one')).toBeUndefined();
  expect(recallVideo('ana', 'two')).toEqual(video('two'));
});
