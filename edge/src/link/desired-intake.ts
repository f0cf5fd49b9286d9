/** Takes desired documents by whichever way they come: what counts is on disk before anybody acts on it. */
import type { Desired } from '@padelvar/shared/link';
import type { Logger } from '../base/log.ts';
import type { Journal } from '../store/journal.ts';
import { acceptsDesired } from './accept-desired.ts';
import type { Portal } from './portal.ts';

export function createDesiredIntake(
  options: {
    portal: Pick<Portal, 'enrollment'>;
    journal: Journal;
    log: Logger;
    onDesired: (desired: Desired) => void;
  },
  onEventsStored: (last: { epoch: number; seq: number }) => void,
): (desired: Desired) => void {
  const { portal, journal, log, onDesired } = options;
  let current = journal.loadDesired();
  return (desired) => {
    if (desired.deviceId !== portal.enrollment.deviceId) {
      log.warn({ deviceId: desired.deviceId }, 'a document for another device is ignored');
      return;
    }
    if (desired.eventsStored !== undefined) onEventsStored(desired.eventsStored);
    if (!acceptsDesired(current, journal.pastGenerations(), desired)) return;
    journal.saveDesired(desired);
    current = desired;
    onDesired(desired);
  };
}
