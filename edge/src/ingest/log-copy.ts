/** Copies FFmpeg's log from memory to disk, masked; a line that repeats is counted, not written again and again. */
import { appendFile, readFile, rm, truncate } from 'node:fs/promises';
import { redactText } from '../base/redact.ts';

export interface LogCopy {
  /** Moves what has been written so far. Never two at a time. */
  flush(): Promise<void>;
  /** Flushes, writes the last count and removes the file in memory. */
  close(): Promise<void>;
}

/** `secrets` are masked wherever they stand, besides the credentials of any address. */
export function openLogCopy(fromPath: string, toPath: string, secrets: readonly string[]): LogCopy {
  const mask = createMask(secrets);
  let last = '';
  let repeats = 0;
  let copying: Promise<void> = Promise.resolve();

  function collapse(lines: readonly string[]): string[] {
    const out: string[] = [];
    for (const line of lines) {
      if (line === last) {
        repeats += 1;
        continue;
      }
      out.push(...takeRepeats(), line);
      last = line;
    }
    return out;
  }

  function takeRepeats(): string[] {
    const count = repeats;
    repeats = 0;
    return count === 0 ? [] : [`(last line repeated ${String(count)} more times)`];
  }

  async function copy(): Promise<void> {
    const text = await readFile(fromPath, 'utf8').catch(() => '');
    if (text === '') return;
    // FFmpeg appends, so what came between reading and emptying could be lost; it is the log, not the video.
    await truncate(fromPath);
    await append(
      collapse(
        mask(text)
          .split('\n')
          .filter((line) => line !== ''),
      ),
    );
  }

  async function append(lines: readonly string[]): Promise<void> {
    if (lines.length > 0) await appendFile(toPath, `${lines.join('\n')}\n`, { mode: 0o600 });
  }

  const flush = (): Promise<void> => (copying = copying.then(copy));
  return {
    flush,
    async close() {
      await flush();
      await append(takeRepeats());
      await rm(fromPath, { force: true });
    },
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
