/** Whether the bytes of a side file are what its name says: a page or a player will take them for it. Pure. */
import { AppError } from '@padelvar/shared/errors';
import { FragmentIndex, SIDE_FILE_MAX_BYTES, StoryboardLayout } from '@padelvar/shared/side-files';
import type { FragmentRun, SideFileName } from '@padelvar/shared/side-files';
import type { z } from 'zod';

/** AppError `too_large` or `bad_request`, naming the field where it is JSON. */
export function requireSideFile(name: SideFileName, body: Uint8Array): void {
  const maxBytes = SIDE_FILE_MAX_BYTES[name];
  if (body.length > maxBytes) throw tooLarge(name, maxBytes);
  switch (name) {
    case 'init.mp4':
      requireThat(Buffer.from(body.subarray(4, 8)).toString('latin1') === 'ftyp', name);
      return;
    case 'thumbnail.jpg':
    case 'storyboard.jpg':
      requireThat(body[0] === 0xff && body[1] === 0xd8 && body[2] === 0xff, name);
      return;
    case 'index.json':
      requireIndex(parse(FragmentIndex, body));
      return;
    case 'storyboard.json':
      parse(StoryboardLayout, body);
  }
}

export function tooLarge(name: SideFileName, maxBytes: number): AppError {
  return new AppError('too_large', `expected at most ${maxBytes} bytes of ${name}`);
}

function requireThat(isSo: boolean, name: SideFileName): void {
  if (!isSo) throw new AppError('bad_request', `expected the bytes of ${name}, found others`);
}

function parse<Schema extends z.ZodType>(schema: Schema, body: Uint8Array): z.output<Schema> {
  try {
    return schema.parse(JSON.parse(Buffer.from(body).toString('utf8')));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new AppError('bad_request', 'expected JSON; found text that is not', { cause: error });
  }
}

/** Fragments lie one behind another within the object, and nobody can begin in the middle of a picture. */
function requireIndex({ runs, totalBytes }: FragmentIndex): void {
  let end = 0;
  for (const [index, { fragments }] of runs.entries()) {
    if (fragments[0]?.[3] !== 1) throw wrongRun(index, 'a keyframe first');
    for (const [offset, bytes] of fragments) {
      if (offset < end || offset + bytes > totalBytes) throw wrongRun(index, 'ascending fragments');
      end = offset + bytes;
    }
  }
  if (runs.some(startsEarly)) throw wrongRun(runs.findIndex(startsEarly), 'a start behind the run before');
}

function startsEarly({ startMs }: FragmentRun, index: number, runs: readonly FragmentRun[]): boolean {
  return startMs < (runs[index - 1]?.startMs ?? 0);
}

function wrongRun(index: number, expected: string): AppError {
  return new AppError('bad_request', `expected ${expected} in the object`, { field: `runs.${index}` });
}
