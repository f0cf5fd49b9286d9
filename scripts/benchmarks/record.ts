/**
 * `bench record`: PadelVar, bare stream copies and a transcoding court in turns within one run, with the same courts and
 * clip. What counts are the ratios: other work on the machine falls on all of them.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFfmpeg } from '../../edge/src/base/ffmpeg-program.ts';
import { startCourts } from './courts.ts';
import { parseFlags } from './flags.ts';
import { measureLongMatch } from './long-match.ts';
import { runPadelvar } from './padelvar-turn.ts';
import { computeResult, formatResult } from './record-result.ts';
import type { RecordResult, RecordSetting, Round } from './record-result.ts';
import { runCopies, runTranscoder } from './rivals.ts';
import type { TurnOptions } from './turn.ts';

const COUNTS = {
  courts: { usual: 8, most: 64 },
  seconds: { usual: 40, most: 300 },
  rounds: { usual: 2, most: 20 },
};
type Flags = ReturnType<typeof parseFlags<keyof typeof COUNTS>>;

export async function benchRecord(argv: string[], signal: AbortSignal): Promise<void> {
  const flags = parseFlags(argv, COUNTS);
  const result = await measureRecord(flags, signal);
  process.stdout.write(flags.json ? `${JSON.stringify(result, null, 2)}\n` : formatResult(result));
}

async function measureRecord(flags: Flags, signal: AbortSignal): Promise<RecordResult> {
  const setting: RecordSetting = { ...flags, loadAverage: loadavg(), cpus: availableParallelism() };
  const ffmpegPath = await findFfmpeg(process.env['PADELVAR_FFMPEG']);
  const folder = await mkdtemp(join(tmpdir(), 'padelvar-bench-'));
  try {
    say(`preparing ${flags.courts} courts`);
    const courts = await startCourts(flags.courts, ffmpegPath, signal);
    try {
      const turn: TurnOptions = { courts, seconds: flags.seconds, ffmpegPath, folder, signal };
      const rounds: Round[] = [];
      for (let round = 1; round <= flags.rounds; round += 1) rounds.push(await runRound(turn, round));
      say('a part of 90 minutes');
      return computeResult(setting, rounds, await measureLongMatch(folder, courts, ffmpegPath));
    } finally {
      await courts.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function runRound(turn: TurnOptions, number: number): Promise<Round> {
  say(`round ${number}: PadelVar`);
  const padelvar = await runPadelvar(turn);
  say(`round ${number}: ffmpeg -c copy`);
  const copy = await runCopies(turn);
  say(`round ${number}: decode, encode`);
  const transcoder = await runTranscoder(turn);
  return { padelvar, copy, transcoder };
}

/** Progress, beside the result. */
function say(what: string): void {
  process.stderr.write(`bench record: ${what}\n`);
}
