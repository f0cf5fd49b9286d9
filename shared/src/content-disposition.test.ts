import { expect, test } from 'vitest';
import { cleanFileName, formatContentDisposition } from './content-disposition.ts';

test('a name beyond ASCII comes in both forms', () => {
  expect(formatContentDisposition('attachment', "Pádel «l'été».mp4")).toBe(
    `attachment; filename="Padel _l'ete_.mp4"; filename*=UTF-8''P%C3%A1del%20%C2%ABl%27%C3%A9t%C3%A9%C2%BB.mp4`,
  );
});

test('nothing in a name ends the header or the quotes', () => {
  const header = formatContentDisposition('inline', 'a"\r\nSet-Cookie: x\\; b%41.mp4');
  expect(header).toBe(
    `inline; filename="a Set-Cookie x ; b_41.mp4"; filename*=UTF-8''a%20Set-Cookie%20x%20%3B%20b%2541.mp4`,
  );
});

test('a name holds no separators and is never empty or hidden', () => {
  expect(cleanFileName('../../etc/passwd')).toBe('etc passwd');
  expect(cleanFileName(' \u0000 ')).toBe('video.mp4');
});
