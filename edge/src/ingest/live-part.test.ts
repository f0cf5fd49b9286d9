import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createManualClock } from '../../test/support/manual-clock.ts';
import { writeFragment, writeInit } from '../../test/support/synthetic-part.ts';
import { createLivePart } from './live-part.ts';
import { createPartRecord, loadPartRecords, partPath } from './part.ts';

const clock = createManualClock();
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'padelvar-live-part-'));
});
afterEach(() => rm(folder, { recursive: true }));

const NOBODY = { bootId: '', pid: 0, startTicks: 0 };

test('a sync tells how many bytes outlast a power cut, and a closed part keeps no fragments', async () => {
  const bytes = Buffer.concat([writeInit(), writeFragment({ decodeTicks: 0 })]);
  const synced: number[] = [];
  const part = createLivePart({
    ...{ folder, clock, growing: true, record: createPartRecord(1, NOBODY) },
    onSynced: (_part, count) => synced.push(count),
  });
  await part.sync();
  expect(synced).toEqual([]);
  await writeFile(partPath(folder, 1), bytes);
  await part.look();
  await part.sync();
  expect(synced).toEqual([bytes.byteLength]);
  expect(part.fragments).toHaveLength(1);
  await part.close();
  expect(part.fragments).toEqual([]);
});

test("a part first placed in time after a reboot is placed by this boot's clock", async () => {
  await writeFile(partPath(folder, 1), Buffer.concat([writeInit(), writeFragment({ decodeTicks: 0 })]));
  const record = { ...createPartRecord(1, NOBODY), bootId: 'an-earlier-one' };
  const part = createLivePart({ folder, clock, record, growing: false });
  await part.look();
  await part.close();
  const [saved] = await loadPartRecords(folder);
  expect(saved?.beganMonotonicMs).toBeGreaterThan(0);
  expect(saved?.bootId).toBe(createPartRecord(1, NOBODY).bootId);
});
