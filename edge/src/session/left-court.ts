/**
 * The court of a session, in its own folder: a daemon that has lost its database takes a running match up by it. The camera's
 * address lies there as the portal sealed it, which this device alone can open.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomic } from '../base/atomic-file.ts';

const LeftCourt = z.object({
  sealed: z.string().min(1).max(10_000),
  audio: z.boolean(),
  lowDelay: z.boolean().exactOptional(),
});
export type LeftCourt = z.infer<typeof LeftCourt>;

export async function rememberCourt(folder: string, court: LeftCourt): Promise<void> {
  await writeFileAtomic(courtPath(folder), JSON.stringify(LeftCourt.parse(court)));
}

export async function findLeftCourt(folder: string): Promise<LeftCourt | undefined> {
  try {
    return LeftCourt.parse(JSON.parse(await readFile(courtPath(folder), 'utf8')));
  } catch {
    return undefined;
  }
}

function courtPath(folder: string): string {
  return join(folder, 'court.json');
}
