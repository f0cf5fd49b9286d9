/** Copies FFmpeg's log from memory to disk, masked; a line that repeats is counted, not written again and again, and the copy is bounded. */
import { statSync } from 'node:fs';
import { appendFile, open, rm, stat, truncate } from 'node:fs/promises';
import { redactText } from '../base/redact.ts';

/** What a session's log may take on disk, and what is read of FFmpeg's at a time; bytes. The rest is lost. */
const MAX_DISK_BYTES = 2 * 1024 * 1024;
const MAX_READ_BYTES = 1024 * 1024;
/** How many kinds of lines are told apart before the oldest is written anew. */
const REMEMBERED_KINDS = 64;

export interface LogCopy {
  /** Moves the whole lines that have been written so far. Never two at a time; a full disk loses lines, not the daemon. */
  flush(): Promise<void>;
  /** Moves the rest, writes the last counts and removes the file in memory. */
  close(): Promise<void>;
}

/** `secrets` are masked wherever they stand, besides the credentials of any address. */
export function openLogCopy(fromPath: string, toPath: string, secrets: readonly string[]): LogCopy {
  const mask = createMask(secrets);
  const collapse = createCollapse();
  let unfinished = '';
  let copying: Promise<void> = Promise.resolve();
  let diskBytes: number | undefined;

  /** Up to the last end of a line: a secret cut in two would pass the mask. */
  async function takeLines(): Promise<string[]> {
    // In memory, and nearly always empty: looked at in place.
    if ((statSync(fromPath, { throwIfNoEntry: false })?.size ?? 0) === 0) return [];
    const text = await readStart(fromPath).catch(() => '');
    // FFmpeg appends, so what came between reading and emptying could be lost; it is the log, not the video.
    if (text !== '') await truncate(fromPath);
    const lines = `${unfinished}${text}`.split('\n');
    unfinished = lines.pop() ?? '';
    return lines;
  }

  async function append(lines: readonly string[]): Promise<void> {
    if (lines.length === 0) return;
    diskBytes ??= await stat(toPath).then(
      ({ size }) => size,
      () => 0,
    );
    if (diskBytes >= MAX_DISK_BYTES) return;
    const text = Buffer.from(`${lines.join('\n')}\n`).subarray(0, MAX_DISK_BYTES - diskBytes);
    await appendFile(toPath, text, { mode: 0o600 });
    diskBytes += text.byteLength;
  }

  async function moveLines(): Promise<void> {
    await append(collapse.add((await takeLines()).map(mask)));
  }

  async function moveRest(): Promise<void> {
    await moveLines();
    await append([...collapse.add([mask(unfinished)]), ...collapse.takeCounts()]);
  }

  const next = (step: () => Promise<void>): Promise<void> =>
    (copying = copying.then(step).catch(() => undefined));
  return {
    flush: () => next(moveLines),
    async close() {
      await next(moveRest);
      await rm(fromPath, { force: true });
    },
  };
}

async function readStart(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(size, MAX_READ_BYTES)));
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

interface Collapse {
  add(lines: readonly string[]): string[];
  /** The counts that were not told yet. */
  takeCounts(): string[];
}

interface Kind {
  line: string;
  repeats: number;
  told: number;
}

/**
 * A kind of line is written once and counted from then on, told at 10, 100, 1,000 and so on: a failing camera makes FFmpeg
 * say the same few things in turn, each time with another memory address and other numbers.
 */
function createCollapse(): Collapse {
  const kinds = new Map<string, Kind>();
  const tell = (kind: Kind): string => {
    kind.told = kind.repeats;
    return `(repeated ${String(kind.repeats)} times) ${kind.line}`;
  };
  const addLine = (line: string): string[] => {
    if (line === '') return [];
    const key = line.replaceAll(/0x[0-9a-f]+|\d+/gi, '#');
    const known = kinds.get(key);
    // The one seen longest ago goes first.
    kinds.delete(key);
    kinds.set(key, known ?? { line, repeats: 0, told: 0 });
    if (known === undefined) return [...forgetOldest(), line];
    known.repeats += 1;
    return known.repeats >= Math.max(1, known.told) * 10 ? [tell(known)] : [];
  };
  const forgetOldest = (): string[] => {
    const oldest = kinds.size > REMEMBERED_KINDS ? kinds.entries().next().value : undefined;
    if (oldest === undefined) return [];
    kinds.delete(oldest[0]);
    return oldest[1].repeats > oldest[1].told ? [tell(oldest[1])] : [];
  };
  return {
    add: (lines) => lines.flatMap(addLine),
    takeCounts: () => [...kinds.values()].filter(({ repeats, told }) => repeats > told).map(tell),
  };
}

/** Masks addresses and the given secrets, in the forms in which a log could show them. */
export function createMask(secrets: readonly string[]): (text: string) => string {
  const forms = secrets
    .flatMap((secret) => [secret, encodeURIComponent(secret), decodeSafely(secret)])
    .filter((form) => form !== '');
  return (text) => forms.reduce((masked, form) => masked.replaceAll(form, '***'), redactText(text));
}

function decodeSafely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
