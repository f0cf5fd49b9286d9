/** Uploads whose edge, portal and storage are killed by SIGKILL at random moments: every match once, no part twice. */
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatSessionId } from '@padelvar/shared/ids';
import { UPLOAD_PART_BYTES } from '@padelvar/shared/limits';
import { INDEX_LAST_ROOM_BYTES } from '@padelvar/shared/mp4/movie-header';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../edge/src/base/clock.ts';
import { createRandom, isLongRun, pick, tellFigures } from '../../edge/test/support/figures.ts';
import type { Random } from '../../edge/test/support/figures.ts';
import { HEADER_ROOM } from './support/delivery.ts';
import { startKillable } from './support/killable-process.ts';
import { openTestPortal } from './support/portal.ts';
import type { PortalProcessSettings } from './support/portal-process.ts';
import { openTestS3 } from './support/s3.ts';
import { seedClub, seedCourt, seedDevice, seedSession, seedUser, SEEDED_AT } from './support/seed.ts';
import { serveFetch } from './support/serve.ts';
import { findDatabaseUrl, leaveDatabase } from './support/test-database.ts';
import { readGrowing } from './support/uploader-process.ts';
import type { GrowingMovie, SendNote, UploaderSettings } from './support/uploader-process.ts';

interface Campaign {
  seed: number;
  isS3: boolean;
  matches: number;
  partsEach: number;
  growSeconds: number;
  kbitPerSecond: number;
  kills: number;
}

interface Seeded {
  deviceToken: string;
  ownerToken: string;
  sessionIds: string[];
}

/** Between two kills; a part takes a second. */
const [LEAST_PEACE_MS, MORE_PEACE_MS] = [200, 2_500];

const program = (name: string): string => join(import.meta.dirname, 'support', `${name}-process.ts`);

/** A club, a device, and sessions of it that have ended: one court has one that is open. */
async function seed(settings: PortalProcessSettings, matches: number): Promise<Seeded> {
  const { app } = await openTestPortal({ dataDir: settings.dataDir, s3: settings.s3 });
  const { db, deviceTokens } = app.services;
  const clubId = await seedClub(db, 'north');
  await seedCourt(db, clubId, 'court1');
  const deviceId = await seedDevice(db, clubId);
  const owner = await seedUser(app.services, { role: 'PLAYER', clubIds: [clubId] });
  const sessionIds: string[] = [];
  for (let match = 1; match <= matches; match += 1) {
    const openedAtSeconds = SEEDED_AT / 1000 + match;
    const id = formatSessionId({ clubId, courtId: 'court1', openedAtSeconds });
    const at = openedAtSeconds * 1000;
    await seedSession(
      db,
      { clubId, courtId: 'court1', deviceId, ownerId: owner.userId },
      {
        ...{ id, opened_at: at, state: 'complete', start_requested_at: at, started_at: at },
        ...{ duration_seconds: 600, movie_state: 'uploading' },
      },
    );
    sessionIds.push(id);
  }
  const { token } = await deviceTokens.issue(deviceId);
  await app.close();
  return { deviceToken: token, ownerToken: owner.token, sessionIds };
}

async function findFreePort(): Promise<number> {
  const server = await serveFetch(() => new Response());
  await server.close();
  return Number(new URL(server.origin).port);
}

function planMovies({ partsEach, growSeconds }: Campaign, sessionIds: readonly string[]): GrowingMovie[] {
  const fromMs = Date.now();
  return sessionIds.map((sessionId, index) => ({
    ...{ sessionId, fromMs, untilMs: fromMs + growSeconds * 1000 },
    payloadOffset: index % 2 === 0 ? INDEX_LAST_ROOM_BYTES : HEADER_ROOM,
    totalBytes: partsEach * UPLOAD_PART_BYTES + 100_000 * (index + 1),
  }));
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function expectStored(origin: string, token: string, movie: GrowingMovie): Promise<void> {
  const address = `${origin}/api/video/files/${movie.sessionId}/download`;
  const answer = await fetch(address, { headers: { authorization: `Bearer ${token}` } });
  expect(answer.status).toBe(200);
  const found = hashOf(Buffer.from(await answer.arrayBuffer()));
  expect(found).toBe(hashOf(readGrowing(movie, 0, movie.totalBytes)));
}

/** Parts that were sent again after the store had taken them. */
async function listSentTwice(logPath: string): Promise<string[]> {
  const lines = (await readFile(logPath, 'utf8')).split('\n').filter((line) => line !== '');
  const taken = new Set<string>();
  const twice: string[] = [];
  for (const { what, part, md5 } of lines.map((line) => JSON.parse(line) as SendNote)) {
    if (what === 'sent') taken.add(`${part} ${md5}`);
    else if (taken.has(`${part} ${md5}`)) twice.push(part);
  }
  return twice;
}

async function killUntilAllAreThere(campaign: Campaign): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'padelvar-kills-'));
  const s3 = campaign.isS3 ? await openTestS3() : undefined;
  const port = await findFreePort();
  const databaseUrl = await findDatabaseUrl(dataDir);
  const portalSettings: PortalProcessSettings = {
    ...{ dataDir, databaseUrl, port },
    ...(s3 && { s3: s3.settings }),
  };
  const { deviceToken, ownerToken, sessionIds } = await seed(portalSettings, campaign.matches);
  const portal = await startKillable(program('portal'), portalSettings);
  const origin = `http://127.0.0.1:${port}`;
  const movies = planMovies(campaign, sessionIds);
  const logPath = join(dataDir, 'sent.log');
  const edge = await startKillable(program('uploader'), {
    ...{ origin, token: deviceToken, databasePath: join(dataDir, 'edge.db'), logPath, movies },
    kbitPerSecond: campaign.kbitPerSecond,
  } satisfies UploaderSettings);
  onTestFinished(async () => {
    await edge.close();
    await portal.close();
    await s3?.server.close();
    await rm(dataDir, { recursive: true, force: true });
    leaveDatabase(dataDir);
  });
  const confirmed = new Set<string>();
  edge.onMessage((message) => {
    const said = message as { confirmed?: string };
    if (said.confirmed !== undefined) confirmed.add(said.confirmed);
  });

  const random: Random = createRandom(campaign.seed);
  const kills = { edge: 0, portal: 0, storage: 0 };
  const killers = {
    edge: () => edge.kill(),
    portal: () => portal.kill(),
    storage: () => s3?.server.killAndRestart() ?? edge.kill(),
  };
  const targets = ['edge', 'edge', 'portal', ...(campaign.isS3 ? (['storage'] as const) : [])] as const;
  for (let done = 0; done < campaign.kills; done += 1) {
    const target = pick(random, targets);
    await systemClock.sleep(LEAST_PEACE_MS + random() * MORE_PEACE_MS);
    await killers[target]();
    kills[target] += 1;
  }
  const isDone = (): boolean => confirmed.size === movies.length;
  await expect.poll(isDone, { timeout: 120_000, interval: 100 }).toBe(true);
  for (const movie of movies) await expectStored(origin, ownerToken, movie);
  const sentTwice = await listSentTwice(logPath);
  tellFigures(`matches whose ${campaign.isS3 ? 'edge, portal and storage' : 'edge and portal'} were killed`, {
    ...{ matches: movies.length, 'parts each': campaign.partsEach + 1, seed: campaign.seed },
    ...{ 'kills of the edge': kills.edge, 'of the portal': kills.portal, 'of the storage': kills.storage },
    ...{ 'parts sent twice': sentTwice.length, 'objects hash-equal': movies.length },
  });
  expect(sentTwice).toEqual([]);
}

const SHORT = { seed: 5, matches: 2, partsEach: 2, growSeconds: 4, kbitPerSecond: 40_000, kills: 5 };

test(
  'two matches whose edge and portal are killed at random moments are there once, no part twice',
  () => killUntilAllAreThere({ ...SHORT, isS3: false }),
  180_000,
);

if (isLongRun) {
  const long = { matches: 6, partsEach: 12, growSeconds: 60, kbitPerSecond: 40_000, kills: 60 };
  test.each([
    ['folder', false, 11],
    ['folder', false, 12],
    ['S3 server', true, 13],
    ['S3 server', true, 14],
  ])(
    'six matches over sixty kills, into the %s (S3 %s, seed %i)',
    (_what, isS3, seed) => killUntilAllAreThere({ ...long, isS3, seed }),
    900_000,
  );
}
