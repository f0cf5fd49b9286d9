/** Collects garbage at once, so that what is measured afterwards is held by somebody. */
import { setTimeout as delay } from 'node:timers/promises';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Twice, with a turn between: what the first run finalised goes with the second. */
export async function collectGarbage(): Promise<void> {
  collect();
  await delay(50);
  collect();
}

/** Where V8 keeps what a program holds; the others keep its code, which grows as more of it is compiled. */
const OBJECT_SPACES = /^(new|old|large_object|new_large_object)_space$/;

/** Bytes of all objects, without compiled code. */
export function objectBytes(): number {
  return getHeapSpaceStatistics()
    .filter(({ space_name: name }) => OBJECT_SPACES.test(name))
    .reduce((sum, { space_used_size: bytes }) => sum + bytes, 0);
}
