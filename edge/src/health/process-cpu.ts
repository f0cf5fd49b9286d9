/** How much of the processor a process has used over its life, from /proc (proc(5), fields 14, 15 and 22 of `stat`). */
import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';

/** Clock ticks per second that Linux shows to programs (USER_HZ). */
const TICKS_PER_SECOND = 100;

export interface ProcessLoad {
  lifeSeconds: number;
  /** Processor cores it kept busy, averaged over its life. */
  cores: number;
}

/** Undefined where there is no such process. */
export function findProcessLoad(pid: number): ProcessLoad | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The command name (field 2) may hold spaces and parentheses: count from its last parenthesis.
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [user, system, started] = [fields[11], fields[12], fields[19]];
  if (user === undefined || system === undefined || started === undefined) return undefined;
  const lifeSeconds = uptime() - started / TICKS_PER_SECOND;
  return lifeSeconds <= 0
    ? undefined
    : { lifeSeconds, cores: (user + system) / TICKS_PER_SECOND / lifeSeconds };
}
