/** A page whose line to the portal died without a word: a phone that woke up elsewhere, a router that was restarted. */
import { expect } from 'vitest';
import { openStallingProxy } from '../../cloud/test/support/stalling-proxy.ts';
import { openSession, startRecording, stopAndWait } from '../../scripts/system/match.ts';
import { lookAt } from '../support/browser-look.ts';
import { watchFrames } from '../support/browser-picture.ts';
import { personOf } from '../support/browser-visits.ts';
import { test } from '../support/page-test.ts';

/** As much of an element as is asked for here. */
interface Fact {
  getAttribute(name: 'data-fact'): string | null;
}

/** Longer than the portal is ever silent, and then longer than an answer may take: to the page's own look, and to a tap. */
const [SILENT_MS, UNANSWERED_MS, UNANSWERED_TAP_MS] = [13_000, 9000, 13_000];

test('says what it does not know, finds back by itself, and shows the match live again', async ({
  lab,
  visits,
  onTestFinished,
}) => {
  const { origin } = lab.system;
  const line = await openStallingProxy(Number(new URL(origin).port));
  onTestFinished(() => line.close());
  const player = await lab.system.login('PLAYER');
  const { sessionId } = await openSession(player, 'court1');
  await startRecording(player, sessionId);

  const page = await visits.open(personOf(lab.system, 'PLAYER'), { expected: /CONNECTION|ERR_|fail/ });
  await page.clock.install();
  await page.goto(`${line.origin}/match/${sessionId}`);
  await page.getByTestId('rec-badge').waitFor();
  const health = page.getByTestId('health-line').locator('li[data-ok]');
  const readFacts = () =>
    health.evaluateAll((facts: Fact[]) => facts.map((fact) => fact.getAttribute('data-fact')));
  await expect.poll(readFacts).toEqual(['camera', 'device', 'growing']);
  await watchFrames(page.getByTestId('preview-image'), 3);

  line.setDeaf(true);
  line.stall();
  await page.clock.fastForward(SILENT_MS);
  await page.clock.fastForward(UNANSWERED_MS);
  await page.getByTestId('line-error').waitFor();
  expect(await readFacts()).toEqual(['portal']);
  expect(await page.getByTestId('rec-badge').isVisible()).toBe(false);
  await lookAt(page, 'match-out-of-touch');
  await page.getByTestId('stop').tap();
  await page.getByTestId('confirm-yes').tap();
  expect(await page.getByTestId('match').getAttribute('data-stage')).toBe('recording');
  await page.clock.fastForward(UNANSWERED_TAP_MS);
  await page.getByTestId('record-error').waitFor();
  expect(await page.getByTestId('match').getAttribute('data-stage')).toBe('recording');

  line.setDeaf(false);
  await page.clock.fastForward(UNANSWERED_MS);
  await page.getByTestId('rec-badge').waitFor();
  await page.getByTestId('line-error').waitFor({ state: 'detached' });
  await expect.poll(readFacts).toEqual(['camera', 'device', 'growing']);
  await watchFrames(page.getByTestId('preview-image'), 3);

  await stopAndWait(player, sessionId);
  await page.getByTestId('ready').waitFor();
});
