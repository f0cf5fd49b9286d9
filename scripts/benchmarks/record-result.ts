/** The result of `bench record`: figures out of turns, and a table of them. Pure. */
import { mean, percentile, round, sum } from './figures.ts';
import type { LongMatchFigures } from './long-match.ts';
import type { PadelvarTurn } from './padelvar-turn.ts';
import type { RivalCost } from './rivals.ts';

export interface Round {
  padelvar: PadelvarTurn;
  copy: RivalCost;
  transcoder: RivalCost;
}

export interface RecordSetting {
  courts: number;
  seconds: number;
  /** Of the machine, before the run. */
  loadAverage: readonly number[];
  cpus: number;
}

export interface RecordResult {
  courts: number;
  seconds: number;
  /** In a steady state of `seconds`, mean of all rounds. PadelVar: daemon and ingest, without viewers and upload. */
  cpuSecondsPerCourt: { padelvar: number; ffmpegCopy: number; decodeEncode: number };
  cpuRatioToCopy: number;
  framesExpected: number;
  framesRecorded: number;
  rssMiB: { daemon: number; perCourt: number };
  startMs: { coldP50: number; coldP95: number; warmP50: number; warmP95: number };
  stopToMovieMs: { p50: number; p95: number };
  /** From the stop mark until the movie of a 90-minute part can be served. */
  finalise90MinMs: number;
  /** The last minute of a 90-minute part as a movie by itself. */
  replay90MinMs: number;
  /** What it adds that all of it is uploaded meanwhile. Not in the ratio. */
  upload: { cpuSecondsPerCourt: number };
  /** What one who looks at the court adds: five pictures a second, decoded. Not in the ratio. */
  viewer: { cpuSecondsPerCourt: number };
  detail: {
    daemonCpuSecondsPerCourt: number;
    ingestCpuSecondsPerCourt: number;
    ratios: number[];
    /** Shared libraries counted once. */
    pssMiBPerCourt: number;
    ffmpegCopyRssMiB: number;
    settle90MinMs: number;
    index90MinMs: number;
    report90MinMs: number;
    loadAverage: number[];
    cpus: number;
  };
}

export function computeResult(
  setting: RecordSetting,
  rounds: readonly Round[],
  long: LongMatchFigures,
): RecordResult {
  const turns = rounds.map(({ padelvar }) => padelvar);
  const costs = turns.map(({ cost }) => cost);
  const of = (values: readonly number[]): number => round(mean(values), 4);
  const padelvar = of(costs.map(({ daemon, ingest }) => daemon + ingest));
  const ffmpegCopy = of(rounds.map(({ copy }) => copy.cpuSeconds));
  const frames = turns.flatMap((turn) => turn.frames);
  const cold = turns.flatMap(({ coldMs }) => coldMs);
  const warm = turns.flatMap(({ warmMs }) => warmMs);
  const stops = turns.flatMap(({ stopToMovieMs }) => stopToMovieMs);
  const ms = (samples: readonly number[], percent: number): number => round(percentile(samples, percent), 0);
  const mib = (values: readonly number[]): number => round(mean(values), 1);
  return {
    ...{ courts: setting.courts, seconds: setting.seconds },
    cpuSecondsPerCourt: {
      ...{ padelvar, ffmpegCopy },
      decodeEncode: of(rounds.map(({ transcoder }) => transcoder.cpuSeconds)),
    },
    cpuRatioToCopy: round(padelvar / ffmpegCopy, 3),
    framesExpected: sum(frames.map(({ expected }) => expected)),
    framesRecorded: sum(frames.map(({ recorded }) => recorded)),
    rssMiB: {
      daemon: round(Math.max(...costs.map(({ rssMiB }) => rssMiB.daemon)), 1),
      perCourt: mib(costs.map(({ rssMiB }) => rssMiB.perCourt)),
    },
    startMs: { coldP50: ms(cold, 50), coldP95: ms(cold, 95), warmP50: ms(warm, 50), warmP95: ms(warm, 95) },
    stopToMovieMs: { p50: ms(stops, 50), p95: ms(stops, 95) },
    finalise90MinMs: round(long.finaliseMs, 0),
    replay90MinMs: round(long.replayMs, 0),
    upload: { cpuSecondsPerCourt: of(turns.map(({ uploadCpuSeconds }) => uploadCpuSeconds)) },
    viewer: { cpuSecondsPerCourt: of(turns.map(({ viewerCpuSeconds }) => viewerCpuSeconds)) },
    detail: {
      daemonCpuSecondsPerCourt: of(costs.map(({ daemon }) => daemon)),
      ingestCpuSecondsPerCourt: of(costs.map(({ ingest }) => ingest)),
      ratios: rounds.map(({ padelvar: { cost }, copy }) =>
        round((cost.daemon + cost.ingest) / copy.cpuSeconds, 3),
      ),
      pssMiBPerCourt: mib(costs.map(({ pssMiBPerCourt }) => pssMiBPerCourt)),
      ffmpegCopyRssMiB: mib(rounds.map(({ copy }) => copy.rssMiB)),
      settle90MinMs: round(long.settleMs, 0),
      index90MinMs: round(long.indexMs, 0),
      report90MinMs: round(long.reportMs, 2),
      loadAverage: setting.loadAverage.map((load) => round(load, 2)),
      cpus: setting.cpus,
    },
  };
}

export function formatResult(result: RecordResult): string {
  const { cpuSecondsPerCourt: cpu, startMs, stopToMovieMs, rssMiB, detail, upload, viewer } = result;
  const share = (seconds: number): string => `${((100 * seconds) / result.seconds).toFixed(2)} % of a core`;
  const rows: [string, string, string][] = [
    ['CPU per court: PadelVar', `${cpu.padelvar.toFixed(3)} s`, share(cpu.padelvar)],
    ['  of it daemon', `${detail.daemonCpuSecondsPerCourt.toFixed(3)} s`, 'index, sync, database, reports'],
    ['  of it FFmpeg', `${detail.ingestCpuSecondsPerCourt.toFixed(3)} s`, ''],
    ['CPU per court: ffmpeg -c copy', `${cpu.ffmpegCopy.toFixed(3)} s`, share(cpu.ffmpegCopy)],
    ['CPU per court: decode, encode', `${cpu.decodeEncode.toFixed(3)} s`, share(cpu.decodeEncode)],
    [
      'ratio to ffmpeg -c copy',
      result.cpuRatioToCopy.toFixed(2),
      `rounds: ${detail.ratios.join(', ')}; reach 1.3`,
    ],
    ['beside it: its upload', `${upload.cpuSecondsPerCourt.toFixed(3)} s`, share(upload.cpuSecondsPerCourt)],
    [
      'beside it: a viewer per court',
      `${viewer.cpuSecondsPerCourt.toFixed(3)} s`,
      share(viewer.cpuSecondsPerCourt),
    ],
    ['frames', `${result.framesRecorded} of ${result.framesExpected}`, 'sent until the stop was asked for'],
    ['memory of the daemon', `${rssMiB.daemon.toFixed(0)} MiB`, 'reach 120 MB'],
    [
      'memory per court',
      `${rssMiB.perCourt.toFixed(0)} MiB`,
      `a bare copy ${detail.ffmpegCopyRssMiB}; reach 80 MB`,
    ],
    ['  shared libraries counted once', `${detail.pssMiBPerCourt.toFixed(0)} MiB`, ''],
    [
      'cold start',
      `${startMs.coldP50} ms`,
      `p95 ${startMs.coldP95} ms; reach 1500 ms and a keyframe interval of 2000 ms`,
    ],
    ['warm start', `${startMs.warmP50} ms`, `p95 ${startMs.warmP95} ms; reach 300 ms`],
    ['stop to movie', `${stopToMovieMs.p50} ms`, `p95 ${stopToMovieMs.p95} ms; reach 500 ms`],
    [
      '90-minute part: movie servable',
      `${result.finalise90MinMs} ms`,
      `its final name ${detail.settle90MinMs} ms later; index read again in ${detail.index90MinMs} ms; a report ${detail.report90MinMs} ms`,
    ],
  ];
  rows.push([
    '90-minute part: instant replay',
    `${result.replay90MinMs} ms`,
    'its last minute; reach 300 ms',
  ]);
  const table = rows.map(([what, value, note]) =>
    `${what.padEnd(32)}${value.padStart(16)}   ${note}`.trimEnd(),
  );
  const loads = detail.loadAverage.join(', ');
  const heading = `${result.courts} courts, 1080p25, 4 Mbit/s, ${result.seconds} s, rounds ${detail.ratios.length}; ${detail.cpus} cores, load average before the run ${loads}`;
  return `${heading}\n\n${table.join('\n')}\n`;
}
