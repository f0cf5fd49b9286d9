/** What a recorder and its children cost in steady state, told apart: daemon, ingest, decoders of viewers. */
import { systemClock as clock } from '../../edge/src/base/clock.ts';
import { sum } from './figures.ts';
import { listChildren, readCost, readPssMiB } from './process-cost.ts';
import type { ProcessCost } from './process-cost.ts';

export interface PadelvarCost {
  /** CPU seconds per court in the steady state. */
  daemon: number;
  ingest: number;
  decoders: number;
  /** Resident at most, and what FFmpeg holds per court. */
  rssMiB: { daemon: number; perCourt: number };
  /** What the FFmpegs take of the machine's memory, per court: the libraries they share counted once. */
  pssMiBPerCourt: number;
}

interface Sample {
  daemon: ProcessCost;
  ingest: ProcessCost[];
  decoders: ProcessCost[];
}

const RSS_LOOKS = 5;

export async function measureSteadyState(
  daemonPid: number,
  courts: number,
  seconds: number,
  signal: AbortSignal,
): Promise<PadelvarCost> {
  const before = readSample(daemonPid);
  if (before.ingest.length !== courts)
    throw new Error(`expected ${courts} FFmpegs that record, found ${before.ingest.length}`);
  const daemonRss: number[] = [];
  for (let look = 0; look < RSS_LOOKS; look += 1) {
    await clock.sleep((seconds * 1000) / RSS_LOOKS, signal);
    daemonRss.push(readCost(daemonPid).rssMiB);
  }
  const after = readSample(daemonPid);
  const ffmpegs = [...after.ingest, ...after.decoders];
  return {
    // What the daemon ran and waited for meanwhile is its own.
    daemon:
      (after.daemon.cpuSeconds -
        before.daemon.cpuSeconds +
        after.daemon.childrenCpuSeconds -
        before.daemon.childrenCpuSeconds) /
      courts,
    ingest: cpuBetween(before.ingest, after.ingest) / courts,
    decoders: cpuBetween(before.decoders, after.decoders) / courts,
    pssMiBPerCourt: sum(ffmpegs.map(({ pid }) => readPssMiB(pid))) / courts,
    rssMiB: {
      daemon: Math.max(...daemonRss),
      perCourt: sum(ffmpegs.map(({ rssMiB }) => rssMiB)) / courts,
    },
  };
}

function readSample(daemonPid: number): Sample {
  const children = listChildren(daemonPid).filter(({ commandLine }) => /ffmpeg/.test(commandLine));
  const isIngest = (commandLine: string): boolean => /part-\d+\.mp4/.test(commandLine);
  const costs = (wanted: boolean): ProcessCost[] =>
    children.filter(({ commandLine }) => isIngest(commandLine) === wanted).map(({ pid }) => readCost(pid));
  return { daemon: readCost(daemonPid), ingest: costs(true), decoders: costs(false) };
}

/** Throws where a process came or went: that is not a steady state. */
export function cpuBetween(before: readonly ProcessCost[], after: readonly ProcessCost[]): number {
  const pidsOf = (costs: readonly ProcessCost[]): string => costs.map(({ pid }) => pid).join(' ');
  if (pidsOf(before) !== pidsOf(after))
    throw new Error(`expected the same processes throughout, found ${pidsOf(before)} and ${pidsOf(after)}`);
  return sum(after.map(({ cpuSeconds }) => cpuSeconds)) - sum(before.map(({ cpuSeconds }) => cpuSeconds));
}
