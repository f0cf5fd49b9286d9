/** One's own account in a browser: passkeys, links by mail, logins, and a super administrator who sees as somebody else. */
import type { CDPSession, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import { ADMIN, startBuiltPortal } from '../../cloud/test/support/built-portal.ts';
import type { BuiltPortal } from '../../cloud/test/support/built-portal.ts';
import { linkIn, openMailbox } from '../../cloud/test/support/mailbox.ts';
import type { Mailbox } from '../../cloud/test/support/mailbox.ts';
import { isLongRun } from '../../edge/test/support/figures.ts';
import { findFreePort } from '../../scripts/system/processes.ts';
import { listViolations } from '../support/browser-access.ts';
import { lookAt } from '../support/browser-look.ts';
import { DESKTOP, openVisitor, PHONE } from '../support/browser.ts';
import type { Visitor } from '../support/browser.ts';
import { test } from '../support/page-test.ts';

const PLAYER = { email: 'paula@example.test', password: 'a good password', name: 'Paula' };
/** Passkeys are bound to a name, which an address in numbers is not. */
let origin: string;
let portal: BuiltPortal;
let mailbox: Mailbox;
let visitor: Visitor;

beforeAll(async () => {
  mailbox = await openMailbox();
  const port = String(await findFreePort());
  origin = `http://localhost:${port}`;
  portal = await startBuiltPortal({
    PORT: port,
    PADELVAR_ORIGIN: origin,
    PADELVAR_SMTP_URL: mailbox.settings.url,
    PADELVAR_MAIL_FROM: 'PadelVar <video@portal.test>',
  });
  await register(PLAYER);
});
afterAll(async () => {
  portal.process.kill('SIGTERM');
  await portal.ended;
  await mailbox.close();
});
test.beforeEach(async ({ browser }) => {
  // What a page was still asking for when one moved on is no trouble.
  visitor = await openVisitor(browser, { origin, screen: PHONE, expected: /net::ERR_ABORTED/ });
});
afterEach(async () => {
  const { troubles } = visitor;
  await visitor.close();
  expect(troubles).toEqual([]);
});

async function register(person: typeof PLAYER): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify(person);
  const response = await fetch(`${origin}/api/auth/register`, { method: 'POST', headers, body });
  expect(response.status).toBe(201);
}

async function logIn(page: Page, { email, password }: { email: string; password: string }): Promise<void> {
  await page.goto('/login');
  await page.getByTestId('login-email').fill(email);
  await page.getByTestId('login-password').fill(password);
  await page.getByTestId('login-submit').click();
  await page.waitForURL(`${origin}/`);
}

/** A phone's own authenticator, whose owner always says yes. */
async function addAuthenticator(page: Page): Promise<CDPSession> {
  const session = await page.context().newCDPSession(page);
  await session.send('WebAuthn.enable');
  await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return session;
}

describe('a passkey', () => {
  test('is made on the account page, logs in without a password, and is removed again', async () => {
    const { page } = visitor;
    await logIn(page, PLAYER);
    await addAuthenticator(page);
    await page.goto('/account');
    await page.getByTestId('add-passkey').click();
    await page.getByTestId('passkey-name').fill('My phone');
    await page.getByTestId('passkey-password').fill(PLAYER.password);
    await page.getByTestId('passkey-save').click();
    await page.getByTestId('passkey-list').getByText('My phone').waitFor();
    await lookAt(page, 'account-passkey');

    await page.getByTestId('account-menu').click();
    await page.getByTestId('logout').click();
    await page.waitForURL(`${origin}/login`);
    await lookAt(page, 'login-ways');
    await page.getByTestId('login-passkey').click();
    await page.waitForURL(`${origin}/`);

    await page.goto('/account');
    const row = page.getByTestId('passkey-list').locator('li');
    await row.getByText('Last used').waitFor();
    await row.getByRole('button').click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
    await row.waitFor({ state: 'detached' });
  });

  if (isLongRun)
    test('that the browser does not have logs nobody in, and is said to', async () => {
      const { page } = visitor;
      const session = await addAuthenticator(page);
      await session.send('WebAuthn.disable');
      // What Chromium says when its owner turns the question down.
      await page.addInitScript(
        "navigator.credentials.get = () => Promise.reject(new DOMException('no', 'NotAllowedError'))",
      );
      await page.goto('/login');
      await page.getByTestId('login-passkey').click();
      await page.getByText('No passkey of this portal was used.').waitFor();
    });
});

describe('a link by mail', () => {
  test('logs in with one tap', async () => {
    const { page } = visitor;
    const email = 'by-link@example.test';
    await page.goto('/login?next=%2Faccount');
    await page.getByTestId('login-by-mail').click();
    await page.getByTestId('link-email').fill(email);
    await page.getByTestId('link-send').click();
    await page.getByTestId('link-sent').waitFor();
    await lookAt(page, 'link-sent');
    await page.goto(linkIn(await mailbox.waitFor(email)));
    await lookAt(page, 'link');
    await page.getByTestId('link-act').click();
    await page.waitForURL(`${origin}/account`);
    await page.getByTestId('email-panel').getByText(email).waitFor();
    await page.getByTestId('email-panel').getByText('Confirmed').waitFor();
  });

  if (isLongRun)
    test('sets a forgotten password', async () => {
      const { page } = visitor;
      const email = 'forgot@example.test';
      await register({ ...PLAYER, email, name: 'Frieda' });
      await mailbox.waitFor(email);
      await page.goto('/login');
      await page.getByRole('link', { name: 'Forgot your password?' }).click();
      await page.getByTestId('reset-email').fill(email);
      await page.getByTestId('reset-send').click();
      await page.getByTestId('reset-sent').waitFor();
      await page.goto(linkIn(await mailbox.waitFor(email, 1)));
      await page.getByTestId('reset-password').fill('quite another one');
      await lookAt(page, 'reset');
      await page.getByTestId('reset-save').click();
      await page.getByTestId('reset-login').waitFor();
      await logIn(page, { email, password: 'quite another one' });
    });
});

test('the account page lists where one is logged in, ends the others, and takes a new language', async ({
  browser,
}) => {
  const { page } = visitor;
  const other = await openVisitor(browser, { origin, screen: DESKTOP });
  await logIn(other.page, PLAYER);
  await logIn(page, PLAYER);
  await page.goto('/account');
  const logins = page.getByTestId('login-list').locator('li');
  await logins.getByText('This one').waitFor();
  expect(await logins.count()).toBeGreaterThan(1);
  await page.getByTestId('end-other-logins').click();
  await expect.poll(() => logins.count()).toBe(1);
  await other.page.goto('/account');
  await other.page.waitForURL(/\/login\?next=/);
  await other.close();
  expect(await listViolations(page)).toEqual([]);

  await page.getByTestId('profile-language').click();
  await page.getByRole('option', { name: 'Français' }).click();
  await page.getByTestId('profile-save').click();
  await page.getByRole('heading', { name: 'Mon compte' }).waitFor();
  await lookAt(page, 'account-fr');
});

if (isLongRun)
  test('the account page ends one login, and takes a wish for mail, a new address and a new password', async ({
    browser,
  }) => {
    const { page } = visitor;
    const owner = { email: 'alma@example.test', password: 'a first password', name: 'Alma' };
    const next = { email: 'alma.neu@example.test', password: 'a second password' };
    await register(owner);
    const lost = await openVisitor(browser, { origin, screen: DESKTOP });
    await logIn(lost.page, owner);
    await logIn(page, owner);
    await page.goto('/account');
    const end = page.getByTestId('end-login');
    await end.click();
    await end.waitFor({ state: 'detached' });
    await lost.page.goto('/account');
    await lost.page.waitForURL(/\/login\?next=/);
    await lost.close();

    const wish = page.getByTestId('profile-ready-mail');
    const isWished = await wish.isChecked();
    await wish.setChecked(!isWished);
    await page.getByTestId('profile-save').click();
    await page.getByText('Saved').waitFor();
    await page.reload();
    await wish.waitFor();
    expect(await wish.isChecked()).toBe(!isWished);

    await page.getByTestId('change-email').click();
    await page.getByTestId('email-new').fill(next.email);
    await page.getByTestId('email-password').fill(owner.password);
    await lookAt(page, 'account-email');
    await page.getByTestId('email-save').click();
    await page.getByTestId('email-pending').getByText(next.email).waitFor();
    await page.getByTestId('email-panel').getByText(owner.email).waitFor();
    await lookAt(page, 'account-email-pending');
    await page.goto(linkIn(await mailbox.waitFor(next.email)));
    await page.getByTestId('link-act').click();
    await page.getByRole('heading', { name: 'Your e-mail is confirmed' }).waitFor();
    await page.goto('/account');
    await page.getByTestId('email-panel').getByText(next.email).waitFor();

    await page.getByTestId('change-password').click();
    await page.getByTestId('password-present').fill(owner.password);
    await page.getByTestId('password-new').fill(next.password);
    await page.getByTestId('password-save').click();
    await page.getByText('Your password is changed').waitFor();
    await page.getByTestId('account-menu').click();
    await page.getByTestId('logout').click();
    await page.waitForURL(`${origin}/login`);
    await logIn(page, next);
  });

if (isLongRun)
  test('a super administrator sees the portal as a player, every page says so, and ends it', async () => {
    const { page } = visitor;
    await logIn(page, ADMIN);
    await page.goto('/admin/users');
    await page.getByRole('button', { name: 'See as this user: Paula' }).click();
    await page.getByTestId('impersonate-reason').fill('cannot find the match');
    await lookAt(page, 'impersonate');
    await page.getByTestId('impersonate-start').click();
    await page.waitForURL(`${origin}/`);
    const bar = page.getByTestId('impersonating');
    await bar.getByText('You see PadelVar as Paula').waitFor();
    for (const path of ['/account', '/reset', `/l/${'x'.repeat(32)}`]) {
      await page.goto(path);
      await bar.waitFor();
    }
    await page.goto('/');
    await lookAt(page, 'impersonating');
    expect(await listViolations(page)).toEqual([]);
    await page.getByTestId('end-impersonation').click();
    await page.waitForURL(`${origin}/admin/users`);
    await bar.waitFor({ state: 'detached' });
    await page.getByTestId('user-list').waitFor();
  });
