/** Who goes first over a club's line while 16 matches wait for it: the device's answers and live pictures, from end to end. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatSessionId } from '@padelvar/shared/ids';
import { UPLOAD_PART_BYTES } from '@padelvar/shared/limits';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { systemClock as clock } from '../../edge/src/base/clock.ts';
import { silentLogger as log } from '../../edge/src/base/log.ts';
import { enroll } from '../../edge/src/link/enroll.ts';
import { createPreviewPusher } from '../../edge/src/link/preview-pusher.ts';
import type { PreviewPusher } from '../../edge/src/link/preview-pusher.ts';
import { createUploadPortal } from '../../edge/src/link/upload-portal.ts';
import { createFrameHub } from '../../edge/src/proxy/frame-hub.ts';
import { openStore } from '../../edge/src/store/database.ts';
import { createUploadStore } from '../../edge/src/store/uploads.ts';
import { createUplink } from '../../edge/src/upload/uplink.ts';
import { createUploader, MAX_IN_FLIGHT } from '../../edge/src/upload/uploader.ts';
import { tellFigures } from '../../edge/test/support/figures.ts';
import { measureLateness } from '../../edge/test/support/machine-lateness.ts';
import type { MachineLateness } from '../../edge/test/support/machine-lateness.ts';
import { openShapedLine } from '../../scripts/benchmarks/shaped-line.ts';
import type { ShapedLine } from '../../scripts/benchmarks/shaped-line.ts';
import { createTestMovie } from './support/delivery.ts';
import { openLinkedPortal } from './support/linked-portal.ts';
import type { LinkedPortal } from './support/linked-portal.ts';
import { seedClub, seedCourt, seedSession, seedUser, SEEDED_AT } from './support/seed.ts';
import { openTestDevice, removeTestDevice } from './support/test-device.ts';
import type { TestDevice } from './support/test-device.ts';

const LINE_KBIT = 20_000;
const WAITING = 16;
/** Of a modem: full, it takes 210 ms to empty. */
const QUEUE_BYTES = 512 * 1024;
const FRAME_BYTES = 30_000;
const FRAME_MS = 200;
const SAMPLES = 15;
/** Parts are under way in earnest by then: their connections have filled what there is to fill. */
const UNDER_WAY_BYTES = 4_000_000;

let portal: LinkedPortal;
let line: ShapedLine;
let device: TestDevice;
let live: string;
let pusher: PreviewPusher | undefined;
const cleanUps: (() => unknown)[] = [];
let lateness: MachineLateness;

beforeAll(async () => {
  lateness = await measureLateness();
});
afterAll(() => lateness.close());

beforeEach(async () => {
  portal = await openLinkedPortal();
  const { services } = portal.app;
  await seedClub(services.db, 'north');
  const folder = await mkdtemp(join(tmpdir(), 'padelvar-line-'));
  line = await openShapedLine(portal.port, LINE_KBIT, QUEUE_BYTES);
  const { token } = await services.devices.createEnrollment({ clubId: 'north', name: 'Box' });
  const portalOrigin = `http://127.0.0.1:${String(line.port)}`;
  await enroll({ identityFolder: join(folder, 'identity'), portalOrigin, token });
  pusher = undefined;
  device = await openTestDevice(folder, {
    obey: () => undefined,
    onCommand({ action }) {
      if (action.type === 'preview') pusher?.lease(action.sessionId, action.kind, action.leaseSeconds);
      return Promise.resolve(undefined);
    },
  });
  cleanUps.push(
    () => removeTestDevice(folder),
    () => portal.close(),
    () => line.close(),
    () => device.close(),
  );
  await expect.poll(() => services.devices.isOnline(device.deviceId)).toBe(true);
});
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** As `app.ts` and `delivery.ts` wire it. `measuredBefore`: what the line was once seen to carry. */
async function beginUploads(): Promise<ReturnType<typeof createUplink>> {
  const { db, auth } = portal.app.services;
  const owner = await seedUser({ db, auth }, { role: 'PLAYER', clubIds: ['north'], name: 'owner' });
  await seedCourt(db, 'north', 'court1', { device_id: device.deviceId });
  const where = { clubId: 'north', courtId: 'court1', deviceId: device.deviceId, ownerId: owner.userId };
  const uplink = createUplink({
    ...{ clock, log, measuredBefore: LINE_KBIT },
    ...{ ceilingKbitPerSecond: () => undefined, runningKbitPerSecond: () => 0 },
  });
  const way = createUploadPortal(device.portal.client, uplink);
  const uploader = createUploader({
    ...{ portal: way, store: createUploadStore(openStore(':memory:')), clock, log },
    ...{ onProgress: () => undefined, onConfirmed: () => undefined },
  });
  cleanUps.push(async () => {
    await uploader.close();
    way.close();
  });
  for (let match = 0; match < WAITING; match += 1) {
    const openedAtSeconds = SEEDED_AT / 1000 + match;
    const id = formatSessionId({ clubId: 'north', courtId: 'court1', openedAtSeconds });
    const atMs = openedAtSeconds * 1000;
    const begun = { opened_at: atMs, start_requested_at: atMs, started_at: atMs, duration_seconds: 600 };
    await seedSession(db, where, { id, ...begun, state: 'complete', movie_state: 'uploading' });
    // The first two have the line all the time.
    const movie = createTestMovie(id, match < MAX_IN_FLIGHT ? 10 * UPLOAD_PART_BYTES : 1_000_000);
    movie.finish();
    uploader.add(movie.view);
  }
  const openedAtSeconds = SEEDED_AT / 1000 + WAITING;
  live = formatSessionId({ clubId: 'north', courtId: 'court1', openedAtSeconds });
  await seedSession(db, where, { id: live, state: 'created', movie_state: 'none' });
  await expect.poll(() => line.sentBytes, { timeout: 20_000 }).toBeGreaterThan(UNDER_WAY_BYTES);
  expect(uploader.waiting()).toHaveLength(WAITING);
  return uplink;
}

function tell(what: string, ms: number[]): { medianMs: number; worstMs: number } {
  ms.sort((a, b) => a - b);
  const [medianMs = Infinity, worstMs = Infinity] = [ms[Math.floor(ms.length / 2)], ms.at(-1)];
  tellFigures(`${what} while ${String(WAITING)} matches go up`, { count: ms.length, medianMs, worstMs });
  return { medianMs, worstMs };
}

async function askOften(): Promise<number[]> {
  const took: number[] = [];
  for (let count = 0; count < SAMPLES; count += 1) {
    const askedAtMs = performance.now();
    await portal.app.services.devices.command(device.deviceId, { type: 'probe', courtId: 'court1' });
    took.push(performance.now() - askedAtMs);
  }
  return took;
}

test('a command is answered after what the modem holds and a few pieces, however many matches wait', async () => {
  await beginUploads();
  const { medianMs, worstMs } = tell('answers', await askOften());
  expect(medianMs).toBeLessThan(400 + lateness.allowanceMs());
  expect(worstMs).toBeLessThan(800 + lateness.allowanceMs());
}, 60_000);

test('while somebody watches the modem stays empty: pictures and answers come at once', async () => {
  const uplink = await beginUploads();
  const hub = createFrameHub({ clock });
  pusher = createPreviewPusher({
    ...{ client: device.portal.client, clock, log, findHub: () => hub },
    onPicture: (bytes) => uplink.noteLive(bytes),
  });
  const filming = setInterval(() => {
    const picture = Buffer.alloc(FRAME_BYTES);
    picture.set([0xff, 0xd8, 0xff]);
    picture.writeDoubleBE(performance.now(), 4);
    hub.push(picture);
  }, FRAME_MS);
  cleanUps.push(
    () => pusher?.close(),
    () => clearInterval(filming),
  );
  const viewer = await portal.app.services.previews.watch(live);
  const nextAgeMs = async (): Promise<number> => {
    const frame = await viewer.next();
    return performance.now() - Buffer.from(frame?.jpeg ?? []).readDoubleBE(4);
  };
  // What the system had been handed before the viewer came leaves first: at most the parts that were on their way.
  const handedBytes = line.sentBytes + MAX_IN_FLIGHT * UPLOAD_PART_BYTES + QUEUE_BYTES;
  while (line.sentBytes < handedBytes) await nextAgeMs();
  const ages: number[] = [];
  for (let count = 0; count < SAMPLES; count += 1) ages.push(await nextAgeMs());
  const { medianMs, worstMs } = tell('live pictures', ages);
  expect(medianMs).toBeLessThan(200 + lateness.allowanceMs());
  expect(worstMs).toBeLessThan(800 + lateness.allowanceMs());
  const beside = tell('answers beside live pictures', await askOften());
  expect(beside.medianMs).toBeLessThan(200 + lateness.allowanceMs());
}, 60_000);
