/** How many test files run at once, by how quick the machine is. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** What the tests of a suite do most of their time. */
export type Occupation = 'wait for cameras' | 'wait for processes' | 'compute';

/**
 * Of tests that keep servers, browsers and decoders busy, two files at once share two cores well: those of the pages take 182 s
 * and leave 11 % of the processors idle; three at once take 194 s.
 */
const BUSY = 2;

const PICTURES = 300;
const ENCODE = [
  ...['-v', 'error', '-nostdin', '-f', 'lavfi', '-i', `testsrc2=s=1280x720:r=25:d=${String(PICTURES / 25)}`],
  ...['-c:v', 'libx264', '-preset', 'veryfast', '-f', 'null', '-'],
];
/**
 * Two cores of an EPYC encode 145 pictures a second; four files of the recorder's tests at once then take 2:46 min without
 * a miss. Limited to 87 a second, six tests of 920 missed their time.
 */
const QUICK = 120;

const WAITING: Record<Occupation, number> = { 'wait for cameras': 4, 'wait for processes': 3, compute: BUSY };

export interface Workers {
  /** Undefined where nothing depends on it. */
  picturesPerSecond: number | undefined;
  files: number;
}

/** Takes two seconds where it asks the machine. What takes long decodes much. */
export async function planWorkers(occupation: Occupation, isLong: boolean): Promise<Workers> {
  if (isLong || occupation === 'compute') return { picturesPerSecond: undefined, files: BUSY };
  const beganMs = performance.now();
  await once(spawn('ffmpeg', ENCODE, { stdio: 'ignore' }), 'exit');
  const picturesPerSecond = Math.round((PICTURES * 1_000) / (performance.now() - beganMs));
  return { picturesPerSecond, files: picturesPerSecond >= QUICK ? WAITING[occupation] : BUSY };
}
