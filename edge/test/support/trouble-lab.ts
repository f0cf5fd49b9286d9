/** A match whose camera has troubles, and its movie laid against what the camera had put on the wire. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Gap, ReportedSession } from '@padelvar/shared/link';
import { ALL_FORMATS, BufferSource, EncodedPacketSink, Input } from 'mediabunny';
import { repeat, systemClock as clock } from '../../src/base/clock.ts';
import type { SentFrame } from '../../src/simulate/sent-frames.ts';
import type { SimulatedCourt } from '../../src/simulate/court.ts';
import { inspectMovie } from './match-lab.ts';
import type { MatchLab } from './match-lab.ts';

/** A match may begin with what the court saw up to this long before its start; milliseconds. */
const PRE_ROLL_MS = 12_000;

export interface TroubledMatch {
  readonly sessionId: string;
  /** Most connections that the camera had at once. */
  readonly mostConnections: number;
  report(): ReportedSession;
  /** Milliseconds until frames from behind that many gaps are on disk. */
  goesOn(gaps?: number): Promise<number>;
  finish(): Promise<TroubledMovie>;
}

export interface MovieFrame {
  beginMs: number;
  lastsMs: number;
  /** Of the court's frames since it began. */
  index: number;
}

export interface TroubledMovie {
  report: ReportedSession;
  gaps: readonly Gap[];
  durationMs: number;
  frames: MovieFrame[];
  /** How much of the decoded movie is not as it should be, gaps aside. */
  flaws: { complaints: string; repeated: number; reordered: number; unreadable: number };
  /** Complaints of FFmpeg's own counting. */
  excuses: number;
  /** From the first frame's time on the wire to the stop. */
  realMs: number;
  /** Furthest that a frame lies from where the camera's own time puts it. */
  worstOffsetMs: number;
}

export const NO_FLAWS = { complaints: '', repeated: 0, reordered: 0, unreadable: 0 };

export interface MatchOptions {
  lab: MatchLab;
  courtId: string;
  court: SimulatedCourt;
  clip: { frames: number };
  /** How long it records before the answer. */
  ms?: number;
}

export async function beginMatch(options: MatchOptions): Promise<TroubledMatch> {
  const sessionId = options.lab.open(options.courtId);
  await options.lab.reaches(sessionId, 'created');
  const match = startMatch(options, sessionId);
  await options.lab.records(sessionId, options.ms ?? 1_500);
  return match;
}

/** Starts a session that is open. */
export function startMatch({ lab, court, clip }: MatchOptions, sessionId: string): TroubledMatch {
  let mostConnections = 0;
  const endCounting = repeat(clock, 10, () => {
    mostConnections = Math.max(mostConnections, court.connections());
  });
  const startedMs = clock.monotonicMs();
  lab.start(sessionId);
  return {
    sessionId,
    get mostConnections() {
      return mostConnections;
    },
    report: () => lab.get(sessionId).report,
    async goesOn(gaps = 1) {
      const fromMs = clock.monotonicMs();
      await lab.until('new frames', () => lab.get(sessionId).report.recording?.gaps.length === gaps);
      return clock.monotonicMs() - fromMs;
    },
    async finish() {
      const stoppedMs = clock.monotonicMs();
      lab.stop(sessionId);
      await lab.reaches(sessionId, 'complete');
      await lab.until('the final file', () => existsSync(lab.moviePath(sessionId)));
      await endCounting();
      const { report } = lab.get(sessionId);
      const movie = await readMovie(lab.moviePath(sessionId), clip);
      const { gaps = [], movie: facts } = report.recording ?? {};
      return {
        report,
        gaps,
        durationMs: facts?.durationMs ?? 0,
        excuses: movie.excuses,
        ...placeFrames(movie, court, startedMs, stoppedMs),
      };
    },
  };
}

interface ReadMovie {
  numbers: number[];
  times: { beginMs: number; lastsMs: number }[];
  flaws: TroubledMovie['flaws'];
  excuses: number;
}

async function readMovie(path: string, clip: { frames: number }): Promise<ReadMovie> {
  const { numbers, excuses, ...found } = await inspectMovie(path, clip);
  const { complaints, repeated, reordered, unreadable } = found;
  const times = await readTimes(path);
  return { numbers, times, excuses, flaws: { complaints, repeated, reordered, unreadable } };
}

/** When each sample is shown and for how long, as mediabunny reads the index. */
export async function readTimes(path: string): Promise<ReadMovie['times']> {
  const input = new Input({ source: new BufferSource(await readFile(path)), formats: ALL_FORMATS });
  const track = await input.getPrimaryVideoTrack();
  if (track === null) throw new Error('expected a video track');
  const times: ReadMovie['times'] = [];
  const packets = new EncodedPacketSink(track).packets(undefined, undefined, { metadataOnly: true });
  for await (const { timestamp, duration } of packets)
    times.push({ beginMs: timestamp * 1000, lastsMs: duration * 1000 });
  return times;
}

function placeFrames(
  { numbers, times, flaws }: ReadMovie,
  court: SimulatedCourt,
  startedMs: number,
  stoppedMs: number,
): Pick<TroubledMovie, 'frames' | 'flaws' | 'realMs' | 'worstOffsetMs'> {
  const first = findFirst(court.framesSent(), numbers[0] ?? 0, startedMs);
  const frames = times.map((time, position) => ({
    ...time,
    index: first.index + (numbers[position] ?? Number.NaN) - (numbers[0] ?? 0),
  }));
  const sentAt = new Map(court.framesSent().map(({ index, sentAtMs }) => [index, sentAtMs - first.sentAtMs]));
  const offsets = frames.map(({ beginMs, index }) => Math.abs(beginMs - (sentAt.get(index) ?? Infinity)));
  return { frames, flaws, realMs: stoppedMs - first.sentAtMs, worstOffsetMs: Math.max(...offsets) };
}

/** A number comes once in the length of the clip, 20 s. */
function findFirst(sent: readonly SentFrame[], number: number, startedMs: number): SentFrame {
  const first = sent.find((frame) => frame.number === number && frame.sentAtMs > startedMs - PRE_ROLL_MS);
  if (first === undefined) throw new Error(`expected frame ${String(number)} to have been sent`);
  return first;
}

/** Pairs of neighbours in the movie between which frames are missing. */
export function jumpsOf({ frames }: TroubledMovie): { before: MovieFrame; after: MovieFrame }[] {
  return frames.slice(1).flatMap((after, position) => {
    const before = frames[position];
    return before === undefined || after.index === before.index + 1 ? [] : [{ before, after }];
  });
}

/** Frames that clients were sent between those two points in time, both monotonic milliseconds, and that the movie lacks. */
export function lostBetween(
  { frames }: TroubledMovie,
  court: SimulatedCourt,
  fromMs: number,
  toMs: number,
): number {
  const recorded = new Set(frames.map(({ index }) => index));
  return court
    .framesSent()
    .filter(({ index, sentAtMs }) => sentAtMs >= fromMs && sentAtMs <= toMs && !recorded.has(index)).length;
}
