/** What pages are between two addresses: asking, opening, recording, saving, failing. axe-core finds nothing in any of it. */
import type { RecordStatus } from '@padelvar/shared/portal-api';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { linkIn } from '../../cloud/test/support/mailbox.ts';
import { DESKTOP, PHONE } from '../support/browser.ts';
import { listViolations } from '../support/browser-access.ts';
import { lookAt } from '../support/browser-look.ts';
import { waitUntilElapsed } from '../support/browser-match.ts';
import { personOf } from '../support/browser-visits.ts';
import type { Visit } from '../support/browser-visits.ts';
import { addMember, endSessions, test } from '../support/page-test.ts';
import type { Member } from '../support/page-test.ts';
import { loadTexts, LOCALES } from '../support/page-texts.ts';
import type { PageLocale } from '../support/page-texts.ts';

const NO_VIDEO = '/videos/sess_demo_court1_1767225600';
const READY = { timeout: 30_000 };
type StateVisit = Visit & { name: string; locale: PageLocale };
const VISITS: readonly StateVisit[] = LOCALES.flatMap((locale) => [
  { name: 'phone', screen: PHONE, locale },
  { name: 'desk', screen: DESKTOP, locale },
]);

let other: Member;
let signs: string[];

test.beforeAll(async ({ lab: { system } }) => {
  const { admin, clubId } = system;
  other = await addMember(system, 'Olga Other');
  await admin.updateClub(clubId, { guestsAllowed: true });
  signs = await Promise.all(
    ['court1', 'court2'].map(async (courtId) => new URL((await admin.getSign(courtId)).url).pathname),
  );
});

async function expectAccessible(page: Page, state: string): Promise<void> {
  await lookAt(page, `state-${state}`);
  expect((await listViolations(page)).join('\n'), state).toBe('');
}

/** Until it is answered, requests to that address wait. */
async function holdBack(page: Page, address: string): Promise<() => Promise<void>> {
  const held = Promise.withResolvers<undefined>();
  await page.route(address, async (route) => {
    await held.promise;
    await route.continue();
  });
  return async () => {
    held.resolve(undefined);
    await page.unroute(address);
  };
}

/** The page asks for the status instead of being told it, and is answered with `change`d ones. */
async function bendStatus(page: Page): Promise<(change: Partial<RecordStatus>) => void> {
  let bent: Partial<RecordStatus> = {};
  await page.route('**/api/video/record/events/*', (route) => route.abort('connectionreset'));
  await page.route('**/api/video/record/status/*', async (route) => {
    const status = (await (await route.fetch()).json()) as RecordStatus;
    await route.fulfill({ json: { ...status, ...bent } });
  });
  return (change) => (bent = change);
}

/** The preview says that no picture has come. */
async function hidePictures(page: Page): Promise<void> {
  await page.route('**/api/preview/*/info', async (route) => {
    const info = (await (await route.fetch()).json()) as object;
    await route.fulfill({ json: { ...info, frameAgeMs: null } });
  });
}

/** What moves all the time moves no more where somebody asked for that. */
async function expectStillness(page: Page): Promise<void> {
  const times = (): Promise<string> =>
    page.evaluate<string>(
      'getComputedStyle(document.querySelector("[data-testid=rec-badge] .animate-rec")).animationIterationCount',
    );
  expect(await times()).toBe('infinite');
  await page.emulateMedia({ reducedMotion: 'reduce' });
  expect(await times()).toBe('1');
  await page.emulateMedia({ reducedMotion: null });
}

test.for(VISITS)(
  'a guest’s match, from the door to the claim, $name $locale',
  async (visit, { mailbox, visits }) => {
    const page = await visits.arrive({
      ...visit,
      expected: /record\/events|answer: 409|status of 409|auth\/login/,
    });
    const text = loadTexts(visit.locale);
    const bend = await bendStatus(page);
    await page.goto(signs[0] ?? '');
    await page.getByTestId('start-now').waitFor();
    await expectAccessible(page, 'start-now');
    const open = await holdBack(page, '**/api/codes/*/open');
    await page.getByTestId('start-now').click();
    await page.locator('.animate-bounce').waitFor();
    await expectAccessible(page, 'opening');
    await open();
    await page.getByTestId('rec-badge').waitFor();
    await waitUntilElapsed(page, 2);
    await expectAccessible(page, 'recording');
    await expectStillness(page);
    const isBad = (fact: string, said: string) =>
      page.locator(`[data-fact=${fact}][data-ok=false]`).getByText(text(said)).waitFor();
    bend({ growing: false, deviceOnline: false });
    await page.locator('[data-filming=unreachable]').waitFor();
    await isBad('device', 'health_device_bad');
    await expectAccessible(page, 'recording-unreachable');
    await hidePictures(page);
    bend({ growing: false });
    await isBad('growing', 'health_not_growing');
    await isBad('camera', 'health_camera_bad');
    await expectAccessible(page, 'recording-nothing-comes');
    await page.unroute('**/api/preview/*/info');
    bend({});
    await page.locator('[data-filming=filming]').waitFor();
    await page.getByTestId('show-join').click();
    await page.getByTestId('join-url').waitFor();
    await expectAccessible(page, 'join-code');
    await page.keyboard.press('Escape');
    await page.getByTestId('stop').click();
    await page.getByTestId('confirm-yes').waitFor();
    await expectAccessible(page, 'stop-dialog');
    const halfway = { state: 'complete', movie: 'uploading', bytes: 2e6, uploadedBytes: 1e6 } as const;
    // Who is asked whether to stop is asked no more once it has: it is bent behind the answer.
    await page.getByTestId('confirm-yes').click();
    bend({ ...halfway, etaSeconds: 12 });
    await page.getByTestId('eta').waitFor();
    await expectAccessible(page, 'saving');
    bend({ ...halfway, etaSeconds: null, deviceOnline: false });
    await page.getByTestId('eta').waitFor({ state: 'detached' });
    await expectAccessible(page, 'saving-offline');
    bend({});
    await page.getByTestId('ready').waitFor(READY);
    await expectAccessible(page, 'claim');
    await page.getByTestId('claim-name').fill('Nina New');
    await page.getByTestId('claim-email').fill(other.email);
    await page.getByTestId('claim-password').fill('not the right one');
    await page.getByTestId('claim-submit').click();
    await page.getByTestId('claim-form').getByRole('alert').waitFor();
    await expectAccessible(page, 'claim-refused');
    await page.getByTestId('claim-by-mail').click();
    await page.getByTestId('link-send').waitFor();
    await expectAccessible(page, 'claim-by-mail');
    // By the link an account is made, without a password.
    const newcomer = `nina-${visit.name}-${visit.locale}@padelvar.example`.toLowerCase();
    await page.getByTestId('link-email').fill(newcomer);
    await page.getByTestId('link-send').click();
    await page.getByTestId('link-sent').waitFor();
    await expectAccessible(page, 'claim-link-sent');
    await page.goto(linkIn(await mailbox.waitFor(newcomer)));
    await page.getByTestId('link-act').click();
    await page.getByTestId('watch').waitFor(READY);
    expect(await page.getByTestId('claim').count()).toBe(0);
  },
);

test.for(VISITS)(
  'the others are let in, the match is cut and shared, $name $locale',
  async (visit, { lab, visits }) => {
    const owner = await visits.open(personOf(lab.system, 'PLAYER'), { ...visit, path: signs[1] ?? '' });
    await owner.getByTestId('start-now').click();
    await owner.getByTestId('rec-badge').waitFor();
    const asking = await visits.open(other, { ...visit, path: signs[1] ?? '' });
    await asking.getByTestId('ask-join').waitFor();
    await expectAccessible(asking, 'court-busy');
    await asking.getByTestId('ask-join').click();
    await asking.getByTestId('ask-join').waitFor({ state: 'detached' });
    await expectAccessible(asking, 'asked');
    await owner.getByTestId('let-in').waitFor();
    await expectAccessible(owner, 'request');
    await owner.getByTestId('let-in').click();
    await asking.getByTestId('to-match').waitFor();
    await expectAccessible(asking, 'let-in');
    const next = await visits.arrive(visit);
    await next.goto(signs[1] ?? '');
    await next.getByTestId('next-group').click();
    await owner.getByTestId('make-room').waitFor();
    await expectAccessible(owner, 'next-group');
    await waitUntilElapsed(owner, 3);
    await owner.getByTestId('stop').click();
    await owner.getByTestId('confirm-yes').click();
    await owner.getByTestId('ready').waitFor(READY);
    await expectAccessible(owner, 'ready');
    await owner.getByTestId('watch').click();
    await owner.getByTestId('make-clip').click();
    await owner.getByTestId('clip-to').waitFor(READY);
    await expectAccessible(owner, 'clip-editor');
    await owner.getByTestId('clip-cancel').click();
    await owner.getByTestId('share').click();
    await owner.getByTestId('share-create').waitFor();
    await expectAccessible(owner, 'share-sheet');
    await owner.getByTestId('share-create').click();
    await owner.getByTestId('share-revoke').waitFor();
    await expectAccessible(owner, 'share-made');
    await owner.keyboard.press('Escape');
    await owner.getByTestId('delete').click();
    await owner.getByTestId('confirm-yes').waitFor();
    await expectAccessible(owner, 'delete-dialog');
    await owner.getByTestId('confirm-yes').click();
    await owner.getByTestId('receipt').waitFor();
    await expectAccessible(owner, 'receipt');
  },
);

test.for(VISITS)('what fails says so to everybody, $name $locale', async (visit, { lab, visits }) => {
  const expected =
    /codes\/.*\/open|status of 422|files\/sess_|status of 40|answer: 40|record\/events|failed: .*(ERR_FAILED|RESET)|ERR_CONN/;
  const page = await visits.arrive({ ...visit, expected });
  await page.goto('/login');
  // Of one account ten wrong passwords are taken, and the claims have tried some.
  await page.getByTestId('login-email').fill('nobody@padelvar.example');
  await page.getByTestId('login-password').fill('not the right one');
  await page.getByTestId('login-submit').click();
  await page.getByRole('alert').waitFor();
  await expectAccessible(page, 'login-refused');
  const problem = { type: 'about:blank', title: 'Unprocessable Content', status: 422, detail: 'no answer' };
  await page.route('**/api/codes/*/open', (route) =>
    route.fulfill({
      ...{ status: 422, contentType: 'application/problem+json' },
      body: JSON.stringify({ ...problem, kind: 'camera_unreachable' }),
    }),
  );
  // Guests open a court ten times in ten minutes at most, and the first one was.
  await page.goto(signs[1] ?? '');
  await page.getByTestId('start-now').click();
  await page.getByTestId('record-error').waitFor();
  await expectAccessible(page, 'camera-unreachable');
  await page.unroute('**/api/codes/*/open');
  const bend = await bendStatus(page);
  await page.getByTestId('start-now').click();
  await page.getByTestId('rec-badge').waitFor();
  await page.route('**/api/video/record/stop', (route) => route.abort('connectionreset'));
  await page.getByTestId('stop').click();
  await page.getByTestId('confirm-yes').click();
  await page.getByTestId('record-error').waitFor();
  await expectAccessible(page, 'stop-unreachable');
  bend({ state: 'failed', movie: 'failed', reason: 'camera_lost', detail: 'no frames' });
  await page.getByTestId('failure-todo').waitFor();
  expect(await page.getByTestId('record-error').count()).toBe(0);
  await expectAccessible(page, 'failed');
  bend({});
  const stranger = await visits.open(other, { ...visit, expected, path: NO_VIDEO });
  await stranger.getByRole('alert').waitFor();
  await expectAccessible(stranger, 'no-such-video');
  await stranger.goto(`/s/${'x'.repeat(43)}`);
  await stranger.getByRole('heading', { level: 2 }).waitFor();
  await expectAccessible(stranger, 'share-over');
  await endSessions(lab);
});
