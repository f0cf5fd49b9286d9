/** How much of the processor a process has used over its life, from /proc (proc(5), fields 14 and 15 of `stat`). */
import { readFileSync } from 'node:fs';

/** Clock ticks per second that Linux shows to programs (USER_HZ). */
const TICKS_PER_SECOND = 100;

/** Undefined where there is no such process. */
export function findCpuSeconds(pid: number): number | undefined {
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
  const [user, system] = [fields[11], fields[12]];
  return user === undefined || system === undefined ? undefined : (user + system) / TICKS_PER_SECOND;
}
