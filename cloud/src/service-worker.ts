/**
 * Makes the portal installable: keeps files that never change, and says so where there is no line. What it answers is
 * decided in `plan-request.ts`. Pages come from the line alone, so no page of an older build is ever shown.
 */
import { version } from '$app/env';
import { planShellRequest } from '#lib/shell/plan-request.ts';

/** As much of a service worker's world as is used here: the compiler knows that of pages. */
interface Lasting {
  waitUntil(work: Promise<unknown>): void;
}
interface Fetching extends Event {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface Shell {
  addEventListener(type: 'install' | 'activate', listener: (event: Event & Lasting) => void): void;
  addEventListener(type: 'fetch', listener: (event: Fetching) => void): void;
  skipWaiting(): Promise<void>;
  readonly clients: { claim(): Promise<void> };
}

const shell = globalThis as unknown as Shell;
const STORE = `shell-${version}`;
const OFFLINE_PAGE = '/offline.html';

shell.addEventListener('install', (event) => event.waitUntil(install()));
shell.addEventListener('activate', (event) => event.waitUntil(activate()));
shell.addEventListener('fetch', (event) => {
  const { request } = event;
  const { method, url, mode } = request;
  switch (planShellRequest({ method, url, mode, range: request.headers.get('range') }, location.origin)) {
    case 'past':
      return;
    case 'kept':
      event.respondWith(answerKept(request));
      return;
    case 'page':
      event.respondWith(answerPage(request));
  }
});

async function install(): Promise<void> {
  const store = await caches.open(STORE);
  await store.add(new Request(OFFLINE_PAGE, { cache: 'reload' }));
  await shell.skipWaiting();
}

/** What older builds kept is of no use: their names do not come up again. */
async function activate(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== STORE).map((name) => caches.delete(name)));
  await shell.clients.claim();
}

async function answerKept(request: Request): Promise<Response> {
  const store = await caches.open(STORE);
  const kept = await store.match(request);
  if (kept !== undefined) return kept;
  const answer = await fetch(request);
  // A full disk is no reason to show nothing.
  if (answer.status === 200) await store.put(request, answer.clone()).catch(() => undefined);
  return answer;
}

async function answerPage(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    const page = await caches.match(OFFLINE_PAGE);
    if (page === undefined) throw error;
    return page;
  }
}
