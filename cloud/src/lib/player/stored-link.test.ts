import { expect, test } from 'vitest';
import { createStoredLink, REUSE_MS } from './stored-link.ts';

const STABLE = 'https://portal.test/download?disposition=inline';
const LINK = 'https://store.test/movie.mp4?signature=1';

test('the link is used until the right is to be asked for again, however many pieces come by it', () => {
  let nowMs = 0;
  const stored = createStoredLink(() => nowMs);
  expect(stored.find(STABLE)).toBe(STABLE);
  stored.remember(STABLE, LINK);
  nowMs = REUSE_MS - 1;
  expect(stored.find(STABLE)).toBe(LINK);
  stored.remember(STABLE, LINK);
  nowMs = REUSE_MS;
  expect(stored.find(STABLE)).toBe(STABLE);
});

test('a refused link is asked for anew, once', () => {
  const stored = createStoredLink(() => 0);
  stored.remember(STABLE, LINK);
  expect(stored.forget()).toBe(true);
  expect(stored.find(STABLE)).toBe(STABLE);
  expect(stored.forget()).toBe(false);
});

test('what the portal answers itself has no link, and a link is for its own movie', () => {
  const stored = createStoredLink(() => 0);
  stored.remember(STABLE, STABLE);
  expect(stored.forget()).toBe(false);
  stored.remember(STABLE, LINK);
  expect(stored.find('https://portal.test/init.mp4')).toBe('https://portal.test/init.mp4');
});
