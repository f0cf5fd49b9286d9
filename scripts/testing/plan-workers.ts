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
const STARTS = 24;
const AT_ONCE = 2;

/** What a machine gives the tests, in a second. */
export interface Machine {
  /** Of 1280 × 720, encoded. */
  pictures: number;
  /** FFmpegs started and ended, two at once: a virtual machine may compute fast and yet map memory slowly. */
  starts: number;
}

/**
 * Two cores of an EPYC encode 145 pictures and start 27 FFmpegs a second; four files of the recorder's tests at once then take
 * 2:46 min without a miss. Limited to 87 pictures, six tests of 920 missed their time.
 */
const QUICK: Machine = { pictures: 120, starts: 15 };
/** One core with every mapping of memory 0.3 ms late gives 91 and 2: of four files at once, ten tests of 949 missed their times. */
const SLOW: Machine = { pictures: 60, starts: 4 };

const WAITING: Record<Occupation, number> = { 'wait for cameras': 4, 'wait for processes': 3, compute: BUSY };

/** What takes long decodes much. */
export function planWorkers(machine: Machine, occupation: Occupation, isLong: boolean): number {
  if (!gives(machine, SLOW)) return 1;
  return gives(machine, QUICK) && !isLong ? WAITING[occupation] : BUSY;
}

function gives(machine: Machine, needed: Machine): boolean {
  return machine.pictures >= needed.pictures && machine.starts >= needed.starts;
}

/** Takes three seconds. */
export async function measureMachine(): Promise<Machine> {
  // The first one reads its libraries from the disk.
  await runFfmpeg(['-version']);
  const pictures = await measurePerSecond(PICTURES, () => runFfmpeg(ENCODE));
  const starts = await measurePerSecond(STARTS, async () => {
    let left = STARTS;
    const startAll = async (): Promise<void> => {
      while (left-- > 0) await runFfmpeg(['-version']);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, startAll));
  });
  return { pictures, starts };
}

async function measurePerSecond(count: number, work: () => Promise<void>): Promise<number> {
  const beganMs = performance.now();
  await work();
  return Math.round((count * 1_000) / (performance.now() - beganMs));
}

async function runFfmpeg(args: readonly string[]): Promise<void> {
  await once(spawn('ffmpeg', args, { stdio: 'ignore' }), 'exit');
}
