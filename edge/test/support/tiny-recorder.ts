/**
 * A stand-in for FFmpeg that takes a millisecond to start: a shell script that appends made-up fragments to its part, and
 * tells of two recorders of one court by a lock that the kernel gives back when its holder is gone, or a moment later: a
 * program that it was about to run may still have it. It ends with its folder.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../src/base/clock.ts';
import type { Clock } from '../../src/base/clock.ts';
import { writeFragment, writeInit } from './synthetic-part.ts';

/** How much faster than real time a day of tests goes by: a fragment of 480 ms every 30 ms. */
const SPEED = 16;
const FRAGMENT_TICKS = 12 * 3_600;
const FRAGMENTS = 200;

const SCRIPT = `#!/bin/sh
for last; do :; done
case "$last" in
  */part-*.mp4) ;;
  *) exec cat > /dev/null ;;
esac
folder="\${last%/*}"
session="\${folder##*/}"
court="\${session#sess_club_}"
court="\${court%%_*}"
mode=
[ -e "HERE/$court.mode" ] && read -r mode < "HERE/$court.mode"
[ "$mode" = orphaned ] && kill -9 "$PPID"
exec 9>> "HERE/$court.lock"
if ! flock -n 9; then
  holder=0 state=
  [ -e "HERE/$court.holder" ] && read -r holder < "HERE/$court.holder"
  [ -r "/proc/$holder/stat" ] && read -r pid name state rest < "/proc/$holder/stat"
  case "$state" in ''|Z|X) ;; *) echo "$last" >> "HERE/two-recorders" ;; esac
fi
echo "$$" > "HERE/$court.holder"
trap 'exit 255' INT TERM
case "$mode" in
  stubborn) trap '' INT TERM ;;
  refused) exit 1 ;;
  orphaned) echo well > "HERE/$court.mode"; sleep 1 9>&- ;;
  silent) while [ -e "HERE/init" ]; do sleep 0.05 9>&-; done; exit ;;
esac
cat "HERE/init" > "$last" 9>&-
n=0
while [ -e "HERE/init" ]; do
  [ "$n" -lt ${FRAGMENTS} ] && cat "HERE/fragment-$n" >> "$last" 9>&-
  n=$((n + 1))
  sleep 0.03 9>&-
done
`;

/**
 * Each named after what it does. A stubborn one ends with nothing but SIGKILL; an orphaned one kills its daemon as soon as it
 * runs, and makes its file a second later.
 */
export type RecorderMode = 'well' | 'stubborn' | 'refused' | 'silent' | 'orphaned';

export interface TinyRecorder {
  /** To be given as FFmpeg. */
  path: string;
  setMode(courtId: string, mode: RecorderMode): Promise<void>;
  /** Parts whose recorder began while another one of their court was alive. */
  doubled(): Promise<string[]>;
  dispose(): Promise<void>;
}

export async function createTinyRecorder(): Promise<TinyRecorder> {
  const folder = await mkdtemp('/dev/shm/padelvar-recorder-');
  const path = join(folder, 'recorder');
  await writeFile(path, SCRIPT.replaceAll('HERE', folder), { mode: 0o700 });
  await writeFile(join(folder, 'init'), writeInit());
  for (let index = 0; index < FRAGMENTS; index += 1) {
    const fragment = writeFragment({ decodeTicks: index * FRAGMENT_TICKS, keyframe: index % 4 === 0 });
    await writeFile(join(folder, `fragment-${String(index)}`), fragment);
  }
  const told = join(folder, 'two-recorders');
  return {
    path,
    setMode: (courtId, mode) => writeFile(join(folder, `${courtId}.mode`), `${mode}\n`),
    doubled: async () => (existsSync(told) ? (await readFile(told, 'utf8')).trim().split('\n') : []),
    dispose: () => rm(folder, { recursive: true, force: true }),
  };
}

/** A clock by which the tiny recorder writes in real time. */
export function createFastClock(): Clock {
  const [beganMs, beganMonotonicMs] = [systemClock.nowMs(), systemClock.monotonicMs()];
  const elapsedMs = (): number => (systemClock.monotonicMs() - beganMonotonicMs) * SPEED;
  return {
    nowMs: () => Math.round(beganMs + elapsedMs()),
    monotonicMs: () => beganMonotonicMs + elapsedMs(),
    setTimer: (ms, action) => systemClock.setTimer(ms / SPEED, action),
    sleep: (ms, signal) => systemClock.sleep(ms / SPEED, signal),
  };
}
