/**
 * What each camera turned out to be, from one session to the next, so that the next opens without asking again. A camera
 * is known by a keyed hash of its address: neither the address nor its password lies on the disk.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { mkdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../base/atomic-file.ts';
import type { Clock } from '../base/clock.ts';
import type { CameraProbe } from '../camera/probe.ts';
import { formatProbe, parseProbe } from './remembered-probe.ts';

const KEY_BYTES = 32;
/** Enough that two cameras of a club never share one. */
const NAME_CHARACTERS = 32;
/** A camera is asked again after this: somebody may have switched its sound on. */
const BELIEVED_MS = 7 * 24 * 3600 * 1000;

export interface CameraMemory {
  /** A name for the camera at that address, the same for as long as this folder lives. */
  nameOf(address: string): Promise<string>;
  find(address: string): Promise<CameraProbe | undefined>;
  remember(address: string, probe: CameraProbe): Promise<void>;
  forget(address: string): Promise<void>;
}

export function createCameraMemory(folder: string, clock: Pick<Clock, 'nowMs'>): CameraMemory {
  let key: Promise<Buffer> | undefined;
  const nameOf = async (address: string): Promise<string> =>
    createHmac('sha256', await (key ??= loadOrCreateKey(folder).catch(forgetKey)))
      .update(address)
      .digest('hex')
      .slice(0, NAME_CHARACTERS);
  const forgetKey = (error: unknown): never => {
    key = undefined;
    throw error;
  };
  const pathOf = async (address: string): Promise<string> => join(folder, `${await nameOf(address)}.json`);
  return {
    nameOf,
    async find(address) {
      try {
        const path = await pathOf(address);
        const ageMs = clock.nowMs() - (await stat(path)).mtimeMs;
        return Math.abs(ageMs) > BELIEVED_MS ? undefined : parseProbe(await readFile(path, 'utf8'));
      } catch {
        return undefined;
      }
    },
    remember: async (address, probe) => writeFileAtomic(await pathOf(address), formatProbe(probe)),
    forget: async (address) => rm(await pathOf(address), { force: true }),
  };
}

async function loadOrCreateKey(folder: string): Promise<Buffer> {
  const path = join(folder, 'key');
  const found = await readFile(path).catch(() => undefined);
  if (found?.byteLength === KEY_BYTES) return found;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const made = randomBytes(KEY_BYTES);
  await writeFileAtomic(path, made);
  return made;
}
