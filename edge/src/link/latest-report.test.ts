import { GOLDEN } from '@padelvar/shared/golden/link-messages';
import { Reported } from '@padelvar/shared/link';
import { expect, it } from 'vitest';
import { createLatestReport } from './latest-report.ts';

const report = (rev: number): Reported => ({ ...Reported.parse(JSON.parse(GOLDEN.reported)), rev });
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A way whose messages arrive when the test says so. */
function slowWay() {
  const sent: number[] = [];
  const arrivals: (() => void)[] = [];
  const send = (reported: Reported): Promise<void> => {
    sent.push(reported.rev);
    return new Promise((resolve) => arrivals.push(resolve));
  };
  return { sent, send, arrive: () => arrivals.shift()?.() };
}

it('sends one report at a time, and of those that came meanwhile only the newest', async () => {
  const reports = createLatestReport();
  const way = slowWay();
  reports.use(way.send);
  for (const rev of [1, 2, 3, 4]) reports.set(report(rev));
  expect(way.sent).toEqual([1]);
  way.arrive();
  await settle();
  expect(way.sent).toEqual([1, 4]);
  expect(reports.unsent()?.rev).toBe(4);
  way.arrive();
  await settle();
  expect(reports.unsent()).toBeUndefined();
});

it('says the newest report again on each new way', async () => {
  const reports = createLatestReport();
  const [first, second] = [slowWay(), slowWay()];
  reports.set(report(1));
  reports.use(first.send);
  first.arrive();
  await settle();
  reports.use(undefined);
  reports.use(second.send);
  expect(second.sent).toEqual([1]);
});

it('keeps a report that found no way until one is there, or it went by another', () => {
  const reports = createLatestReport();
  const newest = report(2);
  reports.set(report(1));
  reports.set(newest);
  expect(reports.unsent()).toBe(newest);
  reports.markSent(newest);
  expect(reports.unsent()).toBeUndefined();
});
