/** The last lines of a log, as many as fit. Pure. */

export interface LineLimits {
  mostLines: number;
  /** Of all lines as JSON strings, escapes included. */
  mostBytes: number;
  /** The rest of a longer line is cut off. */
  mostCharacters: number;
}

/** Oldest first. */
export function takeLastLines(
  lines: readonly string[],
  { mostLines, mostBytes, mostCharacters }: LineLimits,
): string[] {
  const taken: string[] = [];
  let bytes = 0;
  for (let at = lines.length - 1; at >= 0 && taken.length < mostLines; at -= 1) {
    const line = (lines[at] ?? '').slice(0, mostCharacters);
    bytes += Buffer.byteLength(JSON.stringify(line)) + 1;
    if (bytes > mostBytes) break;
    taken.push(line);
  }
  return taken.reverse();
}
