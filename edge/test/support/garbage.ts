/** Collects garbage at once, so that what is measured afterwards is held by somebody. */
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Twice, with a turn between: what the first run finalised goes with the second. */
export async function collectGarbage(): Promise<void> {
  collect();
  await delay(50);
  collect();
}
