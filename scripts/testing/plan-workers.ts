/** How many test files run at once, by how quick the machine is. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Of tests that keep pages, servers and decoders busy, two files at once share two cores well. */
export const BUSY = 2;

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

export interface Workers {
  picturesPerSecond: number;
  /** For tests that wait for cameras most of the time. */
  waiting: number;
}

/** Takes two seconds. */
export async function planWorkers(): Promise<Workers> {
  const beganMs = performance.now();
  await once(spawn('ffmpeg', ENCODE, { stdio: 'ignore' }), 'exit');
  const picturesPerSecond = Math.round((PICTURES * 1_000) / (performance.now() - beganMs));
  return { picturesPerSecond, waiting: picturesPerSecond >= QUICK ? 4 : BUSY };
}
