/** Copies FFmpeg's log from memory to disk, masked; a line that repeats is counted, not written again and again. */
import { appendFile, readFile, rm, truncate } from 'node:fs/promises';
import { redactText } from '../base/redact.ts';

export interface LogCopy {
  /** Moves the whole lines that have been written so far. Never two at a time; a full disk loses lines, not the daemon. */
  flush(): Promise<void>;
  /** Moves the rest, writes the last count and removes the file in memory. */
  close(): Promise<void>;
}

/** `secrets` are masked wherever they stand, besides the credentials of any address. */
export function openLogCopy(fromPath: string, toPath: string, secrets: readonly string[]): LogCopy {
  const mask = createMask(secrets);
  const collapse = createCollapse();
  let unfinished = '';
  let copying: Promise<void> = Promise.resolve();

  /** Up to the last end of a line: a secret cut in two would pass the mask. */
  async function takeLines(): Promise<string[]> {
    const text = await readFile(fromPath, 'utf8').catch(() => '');
    // FFmpeg appends, so what came between reading and emptying could be lost; it is the log, not the video.
    if (text !== '') await truncate(fromPath);
    const lines = `${unfinished}${text}`.split('\n');
    unfinished = lines.pop() ?? '';
    return lines;
  }

  async function append(lines: readonly string[]): Promise<void> {
    if (lines.length > 0) await appendFile(toPath, `${lines.join('\n')}\n`, { mode: 0o600 });
  }

  async function moveLines(): Promise<void> {
    await append(collapse.add((await takeLines()).map(mask)));
  }

  async function moveRest(): Promise<void> {
    await moveLines();
    await append([...collapse.add([mask(unfinished)]), ...collapse.takeCount()]);
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

interface Collapse {
  add(lines: readonly string[]): string[];
  /** The count of the last line's repetitions, where there were any. */
  takeCount(): string[];
}

function createCollapse(): Collapse {
  let last = '';
  let repeats = 0;
  const takeCount = (): string[] => {
    const count = repeats;
    repeats = 0;
    return count === 0 ? [] : [`(last line repeated ${String(count)} more times)`];
  };
  const addLine = (line: string): string[] => {
    if (line === '') return [];
    if (line === last) {
      repeats += 1;
      return [];
    }
    last = line;
    return [...takeCount(), line];
  };
  return { add: (lines) => lines.flatMap(addLine), takeCount };
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
