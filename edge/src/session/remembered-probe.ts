/**
 * What the camera turned out to be when its session opened, kept beside its parts: a later daemon takes the session up
 * without asking the camera, which may be away, or busy with the FFmpeg that still runs.
 */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CameraKind } from '@padelvar/shared/camera';
import { z } from 'zod';
import { writeFileAtomic } from '../base/atomic-file.ts';
import type { CameraProbe } from '../camera/probe.ts';

const RememberedProbe = z.object({
  kind: CameraKind,
  codec: z.enum(['h264', 'hevc', 'mjpeg', 'jpeg']),
  hasParameterSets: z.boolean(),
  hasAudio: z.boolean(),
  sound: z.enum(['aac', 'g711']).exactOptional(),
});

export async function findRememberedProbe(folder: string): Promise<CameraProbe | undefined> {
  try {
    return parseProbe(await readFile(probePath(folder), 'utf8'));
  } catch {
    return undefined;
  }
}

export async function rememberProbe(folder: string, probe: CameraProbe): Promise<void> {
  await writeFileAtomic(probePath(folder), formatProbe(probe));
}

export async function forgetProbe(folder: string): Promise<void> {
  await rm(probePath(folder), { force: true });
}

/** Throws where it is none. */
export function parseProbe(text: string): CameraProbe {
  return RememberedProbe.parse(JSON.parse(text));
}

export function formatProbe(probe: CameraProbe): string {
  return JSON.stringify(RememberedProbe.parse(probe));
}

function probePath(folder: string): string {
  return join(folder, 'camera.json');
}
