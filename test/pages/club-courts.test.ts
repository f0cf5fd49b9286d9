/** A club's courts while they are in use: another name, another camera, and a match that the club ends. */
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { openSession, startRecording, stopAndWait, waitForStatus } from '../../scripts/system/match.ts';
import { DESKTOP } from '../support/browser.ts';
import { listViolations } from '../support/browser-access.ts';
import { lookAt } from '../support/browser-look.ts';
import { playFor } from '../support/browser-movie.ts';
import { personOf } from '../support/browser-visits.ts';
import { test } from '../support/page-test.ts';

const NAME = 'Pista Central Fundación Deportiva';
const READY_MS = 60_000;

const cardOf = (page: Page, courtId: string) =>
  page.locator(`[data-testid=court-card][data-court=${courtId}]`);

test('a court gets another name and another camera, and its sign, its videos and their links lead where they led', async ({
  lab,
  visits,
}) => {
  const player = await lab.system.login('PLAYER');
  const { sessionId } = await openSession(player, 'court1');
  await startRecording(player, sessionId);
  await stopAndWait(player, sessionId);
  const share = await player.createShare(sessionId, { expiresInDays: 1 });
  const sign = new URL((await lab.system.admin.getSign('court1')).url).pathname;

  const club = await visits.open(personOf(lab.system, 'CLUB_ADMIN'), { path: '/club' });
  await cardOf(club, 'court1').getByTestId('edit-court').tap();
  await club.locator('[name=court-name]').fill(NAME);
  await club.locator('[name=camera-address]').fill(lab.court(1).address);
  await club.getByTestId('save-court').tap();
  await cardOf(club, 'court1').getByText(NAME).waitFor();
  await lookAt(club, 'court-renamed');

  const guest = await visits.arrive();
  await guest.goto(sign);
  await guest.getByText(NAME).first().waitFor();
  await guest.goto(new URL(share.url).pathname);
  await playFor(guest.getByTestId('video'), 0.3);
  const owner = await visits.open(personOf(lab.system, 'PLAYER'), { path: `/videos/${sessionId}` });
  await playFor(owner.getByTestId('video'), 0.3);

  const before = lab.simulator.courts.map((court) => court.answers('PLAY', 200));
  const next = await openSession(player, 'court1');
  await startRecording(player, next.sessionId);
  await stopAndWait(player, next.sessionId);
  const [former, present] = lab.simulator.courts.map(
    (court, index) => court.answers('PLAY', 200) - (before[index] ?? 0),
  );
  expect(former).toBe(0);
  expect(present).toBeGreaterThan(0);
  const { items } = await player.listVideos({});
  expect(items.map(({ courtName }) => courtName)).toEqual([NAME, NAME]);
});

test('a club ends a player’s match at its list, and the player reads who did and watches what was played', async ({
  lab,
  visits,
}) => {
  const player = await lab.system.login('PLAYER');
  const { sessionId } = await openSession(player, 'court2');
  await startRecording(player, sessionId);
  const owner = await visits.open(personOf(lab.system, 'PLAYER'), { path: `/match/${sessionId}` });
  await owner.locator('[data-testid=match][data-stage=recording]').waitFor();

  const club = await visits.open(personOf(lab.system, 'CLUB_ADMIN'), {
    screen: DESKTOP,
    path: '/?tab=active',
  });
  const card = club.locator(`[data-testid=session-card][data-session=${sessionId}]`);
  await card.getByTestId('session-end').click();
  await lookAt(club, 'club-stops');
  expect(await listViolations(club)).toEqual([]);
  await club.getByTestId('confirm-yes').click();
  await card.waitFor({ state: 'detached' });

  const { reason } = await waitForStatus(player, sessionId, ({ movie }) => movie === 'ready', READY_MS);
  expect(reason).toBe('admin');
  await owner.getByTestId('ready-reason').getByText('Stopped by the club.').waitFor();
  await lookAt(owner, 'stopped-by-club');
  expect(await listViolations(owner)).toEqual([]);
});
