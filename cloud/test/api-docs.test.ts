import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestPortal, type TestPortal } from './support/portal.ts';

let portal: TestPortal;
beforeAll(async () => {
  portal = await openTestPortal();
});
afterAll(() => portal.close());

test('the description of the API is a page for people, with every route and without a script', async () => {
  const answer = await portal.call('GET', '/api/docs');
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('text/html; charset=UTF-8');
  const policy = answer.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toMatch(/unsafe|https?:/);
  const page = await answer.text();
  expect(page).not.toMatch(/<script|https?:\/\/(?!padelvar\.example)/);
  const described = (await (await portal.call('GET', '/api/openapi.json')).json()) as {
    paths: Record<string, Record<string, unknown>>;
  };
  const paths = Object.keys(described.paths);
  expect(paths.length).toBeGreaterThan(50);
  for (const path of paths) expect(page).toContain(`<code>${path}</code>`);
  expect(page).toContain('durationMinutes');
});
