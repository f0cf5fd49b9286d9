/** All warm courts of the device: which are held now, and what an earlier daemon left of those that are not. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { EndReason } from '@padelvar/shared/session';
import type { CameraMemory } from './camera-memory.ts';
import type { Court } from './court.ts';
import type { SessionRooms, SessionSpec } from './session-spec.ts';
import { holdWarmCourt, removeWarmFolder } from './warm-court.ts';
import type { TakenOver, WarmCourt } from './warm-court.ts';

export interface WarmCourtsOptions {
  rooms: SessionRooms;
  cameras: CameraMemory;
  onState: (courtId: string, reason: EndReason | undefined) => void;
  /** How long a part may grow; for tests. */
  renewMs?: number | undefined;
}

export interface WarmCourts {
  /** What the courts are now. One that `isBusy` begins when it is free again; whoever uses it asks for the handing over. */
  want(courts: readonly Court[], isBusy: (courtId: string) => boolean): void;
  /** Before a session connects to a camera. Where it was warm `folder` is made out of its own, FFmpeg writing in it. */
  handOver(spec: SessionSpec, folder: string): Promise<TakenOver | undefined>;
  /** For a daemon that goes away: FFmpeg goes on. */
  release(): Promise<void>;
}

interface Held {
  court: WarmCourt;
  /** What it was begun with. */
  key: string;
}

export function createWarmCourts({ rooms, cameras, onState, renewMs }: WarmCourtsOptions): WarmCourts {
  const held = new Map<string, Held>();
  /** What of a court is still under way. */
  const lines = new Map<string, Promise<unknown>>();
  let sweeping: Promise<void> | undefined;
  let isReleased = false;

  const folderOf = async (spec: WarmSpec): Promise<string> =>
    join(
      rooms.dataDir,
      'videos',
      spec.clubId,
      `${warmPrefix(spec.courtId)}${await cameras.nameOf(keyOf(spec))}`,
    );

  /** Folders of cameras that are not to be held: the court was changed, or its daemon died. */
  async function sweep(wanted: readonly WarmSpec[]): Promise<void> {
    const kept = new Set(await Promise.all(wanted.map(folderOf)));
    for (const clubId of await listNames(join(rooms.dataDir, 'videos')))
      for (const name of await listNames(join(rooms.dataDir, 'videos', clubId))) {
        const folder = join(rooms.dataDir, 'videos', clubId, name);
        if (name.startsWith(WARM_PREFIX) && !kept.has(folder)) await removeWarmFolder(folder, rooms);
      }
  }

  function begin(spec: WarmSpec): void {
    const { courtId, address, audio, lowDelay } = spec;
    const isFree = Promise.all([sweeping, lines.get(courtId)]);
    const court = holdWarmCourt({
      ...{ courtId, address, audio, lowDelay, rooms, folder: isFree.then(() => folderOf(spec)) },
      ...{ renewMs, onState: (reason) => onState(courtId, reason) },
    });
    held.set(courtId, { court, key: keyOf(spec) });
  }

  function end(courtId: string, { court }: Held): void {
    held.delete(courtId);
    const ending = court
      .end()
      .catch((error: unknown) =>
        rooms.logger.error({ err: error, courtId }, 'warm court could not be ended'),
      );
    lines.set(courtId, Promise.all([lines.get(courtId), ending]));
  }

  return {
    want(courts, isBusy) {
      if (isReleased) return;
      const wanted = new Map(courts.flatMap(specOf).map((spec) => [spec.courtId, spec]));
      sweeping ??= sweep([...wanted.values()]).catch((error: unknown) =>
        rooms.logger.error({ err: error }, 'warm courts of an earlier daemon could not be ended'),
      );
      for (const [courtId, one] of held) {
        const spec = wanted.get(courtId);
        if (spec === undefined || keyOf(spec) !== one.key) end(courtId, one);
      }
      for (const [courtId, spec] of wanted) if (!held.has(courtId) && !isBusy(courtId)) begin(spec);
    },
    async handOver({ courtId, address, audio = false, lowDelay = false, sessionId, clubId }, folder) {
      const one = held.get(courtId);
      const key = keyOf({ courtId, clubId, address, audio, lowDelay });
      if (one !== undefined && one.key !== key) end(courtId, one);
      const court = held.get(courtId)?.court;
      held.delete(courtId);
      // One connection to a camera: what was held must be gone, or be taken over.
      await lines.get(courtId);
      return court?.handOver(folder, sessionId);
    },
    async release() {
      isReleased = true;
      await Promise.all([...held.values()].map(({ court }) => court.release()));
      await Promise.all(lines.values());
    },
  };
}

const WARM_PREFIX = 'warm_';

function warmPrefix(courtId: string): string {
  return `${WARM_PREFIX}${courtId}_`;
}

interface WarmSpec {
  courtId: string;
  clubId: string;
  address: string;
  audio: boolean;
  lowDelay: boolean;
}

function specOf({
  courtId,
  clubId,
  address,
  audio = false,
  lowDelay = false,
  warm = false,
}: Court): WarmSpec[] {
  return warm && address !== undefined ? [{ courtId, clubId, address, audio, lowDelay }] : [];
}

/** Another camera, or another answer to the question of sound or of low delay, is another FFmpeg. */
function keyOf({ address, audio, lowDelay }: WarmSpec): string {
  return `${address}${audio ? ' sound' : ''}${lowDelay ? ' low delay' : ''}`;
}

async function listNames(path: string): Promise<string[]> {
  return readdir(path).catch(() => []);
}
