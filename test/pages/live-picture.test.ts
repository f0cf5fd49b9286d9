/** How far behind the camera a live picture is that went through the whole system: with the court's low-delay output and without. */
import { afterAll, beforeAll, expect } from 'vitest';
import { tellFigures } from '../../edge/test/support/figures.ts';
import { measureLateness } from '../../edge/test/support/machine-lateness.ts';
import type { MachineLateness } from '../../edge/test/support/machine-lateness.ts';
import { measureDelays, medianOf, rateOf, watchStream } from '../../edge/test/support/watched-pictures.ts';
import type { Watching } from '../../edge/test/support/watched-pictures.ts';
import type { ApiClient } from '../../scripts/system/api-client.ts';
import { openSession, startRecording, stopAndWait } from '../../scripts/system/match.ts';
import { test } from '../support/page-test.ts';

/** On a local network, where nothing else is done; milliseconds. */
const PROMISED_MS = 300;
/** What comes before the picture is in its stride: two GOPs. */
const SKIPPED = 20;
const PICTURES = 20;

let lateness: MachineLateness;

beforeAll(async () => {
  lateness = await measureLateness();
});
afterAll(() => lateness.close());

async function watch(player: ApiClient, sessionId: string): Promise<Watching> {
  const watching = await watchStream(`${player.origin}/api/preview/${sessionId}/stream.mjpeg`, {
    authorization: `Bearer ${player.token}`,
  });
  await watching.until(SKIPPED);
  watching.beginAnew();
  await watching.until(PICTURES);
  await watching.leave();
  return watching;
}

test('a club turns low delay on for a court, and its players see it almost at once, five pictures a second', async ({
  lab,
}) => {
  await lab.system.admin.updateCourt('court1', { lowDelay: true });
  const player = await lab.system.login('PLAYER');
  const sessions = await Promise.all(['court1', 'court2'].map((courtId) => openSession(player, courtId)));
  for (const { sessionId } of sessions) await startRecording(player, sessionId);
  const [soon, late] = await Promise.all(sessions.map(({ sessionId }) => watch(player, sessionId)));
  if (soon === undefined || late === undefined) throw new Error('expected two courts');
  const soonMs = await measureDelays(soon.pictures, lab.court(0));
  const lateMs = await measureDelays(late.pictures, lab.court(1));
  tellFigures('live picture behind the camera, through the portal, ms', {
    'low delay median': medianOf(soonMs),
    'low delay worst': soonMs.at(-1) ?? NaN,
    'fragments median': medianOf(lateMs),
    'low delay pictures a second': rateOf(soon.pictures),
    'machine late': lateness.allowanceMs(),
  });
  expect(medianOf(soonMs)).toBeLessThan(0.6 * medianOf(lateMs));
  expect(medianOf(soonMs)).toBeLessThan(PROMISED_MS + lateness.allowanceMs());
  expect(rateOf(soon.pictures)).toBeGreaterThan(4);
  for (const { sessionId } of sessions) await stopAndWait(player, sessionId);
});
