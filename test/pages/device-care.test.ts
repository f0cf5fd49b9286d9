/** Support looks after a club's mini-PC at its page: reads its logs, asks how it is, starts it anew. */
import { expect } from 'vitest';
import { openSession, startRecording, stopAndWait, waitForStatus } from '../../scripts/system/match.ts';
import type { System } from '../../scripts/system/system.ts';
import { DESKTOP } from '../support/browser.ts';
import { listViolations } from '../support/browser-access.ts';
import { lookAt } from '../support/browser-look.ts';
import { personOf } from '../support/browser-visits.ts';
import { test } from '../support/page-test.ts';

/** As systemd does it once the daemon has ended; answers the code with which it did. */
async function startAnew(system: System): Promise<number | null> {
  const code = await system.edgeEnded();
  await system.startEdge();
  const isOnline = async () => (await system.admin.devices()).items[0]?.online;
  await expect.poll(isOnline, { timeout: 20_000 }).toBe(true);
  return code;
}

test('support asks a device at its page, reads its logs, and starts it anew though that costs a match some seconds', async ({
  lab,
  visits,
}) => {
  const player = await lab.system.login('PLAYER');
  const { sessionId } = await openSession(player, 'court3');
  await startRecording(player, sessionId);
  await waitForStatus(player, sessionId, ({ growing }) => growing, 15_000);
  const page = await visits.open(personOf(lab.system, 'SUPPORT'), {
    path: '/devices',
    expected: /\b(409|504)\b/,
  });
  await page.getByTestId('device-care').tap();
  await page.getByTestId('care-diagnose').tap();
  const court = page.getByTestId('care-courts').locator('[data-court=court3]');
  await court.getByText(sessionId).waitFor();
  await court.getByText('Recording', { exact: true }).waitFor();
  await page.getByTestId('care-logs-of').tap();
  await page.getByRole('option', { name: 'Court 3: camera and recording' }).tap();
  await page.getByTestId('care-logs').tap();
  await page.getByTestId('care-log-daemon').getByText(sessionId).first().waitFor();
  await page.getByTestId('care-log-ffmpeg').waitFor();
  await lookAt(page, 'device-care');
  expect(await listViolations(page)).toEqual([]);

  await page.getByTestId('care-restart').tap();
  await page.getByTestId('confirm-yes').tap();
  await page.getByTestId('care-restart-refused').getByText('Court 3').waitFor();
  await lookAt(page, 'device-care-refused');
  const ended = startAnew(lab.system);
  await page.getByTestId('care-restart-anyway').tap();
  await page.getByTestId('care-restart-begun').waitFor();
  expect(await ended).toBe(0);
  await page.getByTestId('care-restart-back').waitFor();
  await waitForStatus(player, sessionId, ({ growing }) => growing, 30_000);
  await stopAndWait(player, sessionId);

  const { items } = await lab.system.admin.audit({});
  expect(items.map(({ action }) => action)).toEqual(
    expect.arrayContaining(['device.diagnostics', 'device.logs', 'device.restart']),
  );
});

test('a device that does not answer, and one that is gone, are said to be so at its page', async ({
  lab,
  visits,
}) => {
  const { deviceId = '' } = (await lab.system.admin.devices()).items[0] ?? {};
  const page = await visits.open(personOf(lab.system, 'SUPPORT'), {
    ...{ path: '/devices', expected: /\b(409|504)\b/ },
  });
  await page.getByTestId('device-care').tap();
  const desk = await visits.open(personOf(lab.system, 'SUPER_ADMIN'), {
    ...{ screen: DESKTOP, path: `/devices/${deviceId}`, expected: /\b(409|504)\b/, locale: 'fr-FR' },
  });
  await desk.getByTestId('care-diagnose').click();
  await desk.getByTestId('care-facts').getByText('Node.js').waitFor();
  await lookAt(desk, 'device-care-desk');
  expect(await listViolations(desk)).toEqual([]);
  // It keeps its connection and says nothing any more.
  process.kill(lab.system.edgePid() ?? 0, 'SIGSTOP');
  await page.getByTestId('care-diagnose').tap();
  await page.getByTestId('care-diagnose').getByText('Asking the box…').waitFor();
  await page.locator('[data-testid=care-unanswered][data-kind=timeout]').waitFor();
  await lookAt(page, 'device-care-expired');
  await lab.system.killEdge();
  await desk.getByTestId('care-offline').waitFor();
  expect(await desk.getByTestId('care-diagnose').isDisabled()).toBe(true);
  await lookAt(desk, 'device-care-offline');
  await lab.system.startEdge();
  await desk.getByTestId('care-offline').waitFor({ state: 'detached' });
});
