/**
 * `bench portal`: what the portal answers to many at once, with a large library and one court on the air, and what its court
 * page costs a phone. Absolute figures of this machine, clients included: they tell of a change, not of another machine.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFfmpeg } from '../../edge/src/base/ffmpeg-program.ts';
import { startSimulator } from '../../edge/src/simulate/simulator.ts';
import type { ApiClient } from '../system/api-client.ts';
import { openSession, startRecording, stopAndWait } from '../system/match.ts';
import { startSystem } from '../system/system.ts';
import type { System } from '../system/system.ts';
import { round } from './figures.ts';
import { fillLibrary } from './fill-library.ts';
import { parseFlags } from './flags.ts';
import { countViolations, measureCourtPage, type PageCost } from './page-cost.ts';
import { measureRequests } from './request-load.ts';
import type { LoadFigures } from './request-load.ts';

const ROUTES = ['list', 'status', 'snapshot'] as const;
type Route = (typeof ROUTES)[number];

const COUNTS = {
  clients: { usual: 50, most: 1_000 },
  seconds: { usual: 10, most: 300 },
  videos: { usual: 10_000, most: 1_000_000 },
};
type Flags = ReturnType<typeof parseFlags<keyof typeof COUNTS>>;

interface PortalResult {
  /** JavaScript that the court page loads, with a match on it too, as it crosses the line (compressed); KiB. */
  courtPageJsKiB: number;
  /** Largest contentful paint of the court page on a phone over 4G, fresh profile; milliseconds. */
  lcpMs: number;
  axeViolations: number;
  missingTranslations: number;
  requestsPerSecond: Record<Route, number>;
  p99Ms: Record<Route, number>;
  detail: { clients: number; seconds: number; videos: number; loadAverage: number[]; cpus: number };
}

export async function benchPortal(argv: string[], signal: AbortSignal): Promise<void> {
  const flags = parseFlags(argv, COUNTS);
  const result = await measurePortal(flags, signal);
  process.stdout.write(flags.json ? `${JSON.stringify(result, null, 2)}\n` : formatResult(result));
}

async function measurePortal(flags: Flags, signal: AbortSignal): Promise<PortalResult> {
  const { clients, seconds, videos } = flags;
  const loadAverage = loadavg().map((load) => round(load, 2));
  const folder = await mkdtemp(join(tmpdir(), 'padelvar-bench-'));
  const simulator = await startSimulator({
    ...{ courts: [{ kind: 'rtsp' }], clipFolder: join(tmpdir(), 'padelvar-clips') },
    ffmpegPath: await findFfmpeg(process.env['PADELVAR_FFMPEG']),
  });
  try {
    const address = simulator.courts[0]?.address ?? '';
    const system = await startSystem({ folder, cameras: [{ courtId: 'court1', name: 'Court 1', address }] });
    try {
      const player = await system.login('PLAYER');
      say('a match, and a library of copies of it');
      const first = await openSession(player, 'court1');
      await startRecording(player, first.sessionId);
      await stopAndWait(player, first.sessionId);
      fillLibrary(join(system.portalDataDir, 'portal.db'), first.sessionId, videos);
      const page = await measurePages(system, first.sessionId);
      const { sessionId } = await openSession(player, 'court1');
      await startRecording(player, sessionId);
      const load = await measureRoutes(player, sessionId, { clients, seconds, signal });
      return {
        ...page,
        missingTranslations: await countMissingTranslations(),
        requestsPerSecond: pickFigures(load, ({ perSecond }) => round(perSecond, 0)),
        p99Ms: pickFigures(load, ({ p99Ms }) => round(p99Ms, 1)),
        detail: { clients, seconds, videos, loadAverage, cpus: availableParallelism() },
      };
    } finally {
      await system.stop();
    }
  } finally {
    await simulator.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function measurePages(system: System, sessionId: string): Promise<PageCost> {
  say('the court page on a phone, at its door and with a match');
  const { origin, admin, clubId } = system;
  await admin.updateClub(clubId, { guestsAllowed: true });
  const { url } = await admin.getSign('court1');
  const court = await measureCourtPage(`${origin}${new URL(url).pathname}`);
  say('axe on other pages');
  const others = await countViolations(system, [
    ...['/login', '/register'].map((path) => ({ path })),
    ...['/', '/?tab=videos', `/videos/${sessionId}`, '/account'].map((path) => ({ path, role: 'PLAYER' })),
    ...['', '/members', '/rules', '/numbers'].map((page) => ({
      ...{ path: `/club${page}`, role: 'CLUB_ADMIN' },
    })),
    ...['/devices', '/admin/users', '/admin/system'].map((path) => ({
      ...{ path, role: 'SUPER_ADMIN' },
    })),
  ]);
  return { ...court, axeViolations: court.axeViolations + others };
}

async function measureRoutes(
  player: ApiClient,
  sessionId: string,
  options: { clients: number; seconds: number; signal: AbortSignal },
): Promise<Record<Route, LoadFigures>> {
  const paths: Record<Route, string> = {
    list: '/api/video/files/list',
    status: `/api/video/record/status/${sessionId}`,
    snapshot: player.getSnapshotUrl(sessionId),
  };
  const figures: Partial<Record<Route, LoadFigures>> = {};
  for (const route of ROUTES) {
    say(`${String(options.clients)} clients: ${route}`);
    figures[route] = await measureRequests(player, paths[route], options);
  }
  return figures as Record<Route, LoadFigures>;
}

function pickFigures(
  load: Record<Route, LoadFigures>,
  pick: (figures: LoadFigures) => number,
): Record<Route, number> {
  return { list: pick(load.list), status: pick(load.status), snapshot: pick(load.snapshot) };
}

/** Keys that one of the languages has and another lacks. */
async function countMissingTranslations(): Promise<number> {
  const folder = join(import.meta.dirname, '../../cloud/messages');
  const keys = await Promise.all(
    ['en', 'fr', 'es'].map(async (language) =>
      Object.keys(JSON.parse(await readFile(join(folder, `${language}.json`), 'utf8')) as object),
    ),
  );
  const all = new Set(keys.flat());
  return keys.reduce((missing, own) => missing + all.size - own.length, 0);
}

function formatResult(result: PortalResult): string {
  const { detail, requestsPerSecond, p99Ms } = result;
  const rows: [string, string, string][] = [
    ['court page, JavaScript', `${String(result.courtPageJsKiB)} KiB`, 'compressed; reach 120 kB'],
    ['court page, largest paint', `${String(result.lcpMs)} ms`, '4G, fresh profile; reach 2000 ms'],
    ['axe violations', String(result.axeViolations), 'light and dark: court page, a match, 13 others'],
    ['missing translations', String(result.missingTranslations), ''],
    ...ROUTES.map((route): [string, string, string] => [
      route,
      `${String(requestsPerSecond[route])} /s`,
      `p99 ${String(p99Ms[route])} ms`,
    ]),
  ];
  const heading = `${String(detail.clients)} clients, ${String(detail.videos)} videos, ${String(detail.seconds)} s each; ${String(detail.cpus)} cores, load average before the run ${detail.loadAverage.join(', ')}`;
  const table = rows.map(([what, value, note]) =>
    `${what.padEnd(28)}${value.padStart(12)}   ${note}`.trimEnd(),
  );
  return `${heading}\n\n${table.join('\n')}\n`;
}

/** Progress, beside the result. */
function say(what: string): void {
  process.stderr.write(`bench portal: ${what}\n`);
}
