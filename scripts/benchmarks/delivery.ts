/**
 * `./scripts/bench delivery`: from the stop of a match to its being ready, over uplinks of 1.2, 5 and 10 times its bit rate,
 * into the portal's folder and into a real S3 server; beside it the AWS SDK's own helper, and how the result is watched.
 */
import { parseArgs } from 'node:util';
import { openTestS3 } from '../../cloud/test/support/s3.ts';
import type { TestS3 } from '../../cloud/test/support/s3.ts';
import type { ObjectLayout } from '../../edge/src/recording/layout.ts';
import { BENCH_CLIP, describeClip } from './bench-clip.ts';
import { formatTable } from './delivery-figures.ts';
import type { DeliveryRow, StoreKind } from './delivery-figures.ts';
import { formatMemory } from './delivery-memory.ts';
import { deliverAll, KBIT_PER_SECOND, SPEEDS } from './delivery-rows.ts';
import type { Uplink } from './delivery-rows.ts';
import { openLongPart } from './kept-part.ts';
import { measurePlayed } from './played-matches.ts';
import type { PlayedFigures } from './played-matches.ts';

interface Flags {
  json: boolean;
  seconds: number;
  realSeconds: number;
  /** Of the match that is watched; 0 for none. */
  minutes: number;
  uplinks: readonly Uplink[];
}

export async function benchDelivery(argv: string[], signal: AbortSignal): Promise<void> {
  const flags = parseFlags(argv);
  const s3 = await openTestS3();
  try {
    const watched = flags.minutes > 0 ? await watchAll(flags, s3, signal) : undefined;
    say('a match over each uplink, into the folder, into the S3 server and by the AWS SDK');
    const { rows, memory } = await deliverAll({ ...flags, s3, onRow: tell }, signal);
    for (const row of rows) Object.assign(row, watched?.(row));
    const how = describeRun(flags);
    process.stdout.write(
      flags.json
        ? `${JSON.stringify({ how, rows, memory }, null, 2)}\n`
        : `${formatTable(rows)}\n${[formatMemory(memory), ...how].join('\n')}\n`,
    );
  } finally {
    await s3.server.close();
  }
}

function parseFlags(argv: string[]): Flags {
  const { values } = parseArgs({
    args: argv,
    options: {
      json: { type: 'boolean', default: false },
      seconds: { type: 'string', default: '600' },
      real: { type: 'string', default: '30' },
      minutes: { type: 'string', default: '90' },
      uplinks: { type: 'string', default: SPEEDS.map(({ uplinkRatio }) => uplinkRatio).join(',') },
    },
  });
  const [seconds, realSeconds] = [Number(values.seconds), Number(values.real)];
  const minutes = Number(values.minutes);
  if (!(minutes >= 0 && minutes <= 240))
    throw new Error(`expected --minutes from 0 to 240, found ${values.minutes}`);
  if (!(realSeconds >= 1 && seconds >= realSeconds))
    throw new Error(
      'expected --seconds of a match, and --real of them, 1 or more and no more than the match has',
    );
  return { json: values.json, seconds, realSeconds, minutes, uplinks: parseUplinks(values.uplinks) };
}

function parseUplinks(text: string): Uplink[] {
  return text.split(',').map((one) => {
    const uplink = SPEEDS.find(({ uplinkRatio }) => uplinkRatio === Number(one));
    if (uplink !== undefined) return uplink;
    const known = SPEEDS.map(({ uplinkRatio }) => uplinkRatio).join(', ');
    throw new Error(`expected --uplinks among ${known}, found ${one}`);
  });
}

/** The columns of whoever watches such a match, for the rows that left it. */
async function watchAll(
  { minutes }: Flags,
  s3: TestS3,
  signal: AbortSignal,
): Promise<(row: DeliveryRow) => Partial<DeliveryRow>> {
  say(`a match of ${String(minutes)} minutes, to be watched`);
  const part = await openLongPart(minutes * 60, BENCH_CLIP);
  try {
    const watched = new Map<StoreKind, PlayedFigures>();
    for (const store of [undefined, s3]) {
      const kind = store === undefined ? 'folder' : 's3';
      say(`${kind}: watched over 10 Mbit/s`);
      watched.set(kind, await measurePlayed(part, store, signal));
    }
    return ({ store, layout }) => {
      const figures = watched.get(store);
      if (figures === undefined || layout === null) return {};
      return describeWatched(figures, layout);
    };
  } finally {
    await part.close();
  }
}

function describeWatched(
  { player, plain, plainInWebKit }: PlayedFigures,
  layout: ObjectLayout,
): Pick<DeliveryRow, 'firstFrameMs' | 'seekMs' | 'seekBytes' | 'plainSeek'> {
  const [chromium, webKit] = [plain[layout], plainInWebKit[layout]];
  return {
    firstFrameMs: {
      ...{ player: player.firstFrameMs, plain: chromium.firstFrameMs },
      plainInWebKit: webKit.firstFrameMs,
    },
    ...{ seekMs: player.seekMs, seekBytes: player.seekBytes },
    plainSeek: {
      chromium: { ...chromium.seekMs, bytes: chromium.seekBytes },
      webKit: { ...webKit.seekMs, bytes: webKit.seekBytes },
    },
  };
}

function describeRun({ seconds, realSeconds, minutes, uplinks }: Flags): string[] {
  const fast = uplinks.filter(({ speed }) => speed > 1);
  return [
    `A match of ${String(seconds)} s at ${String(KBIT_PER_SECOND)} kbit/s, in real time where its speed is 1.`,
    ...(fast.length === 0
      ? []
      : [
          `Elsewhere (${fast.map(({ uplinkRatio, speed }) => `${String(speed)} times at ${String(uplinkRatio)}`).join(', ')}) all but its last ${String(realSeconds)} s go by faster, over a line that is faster by as much; the rest and all after the stop are in real time.`,
        ]),
    'The bytes of these matches are made up, each from its place, and their index is there when the clock starts: what writing it takes after a stop is measured by `bench record` (finalise90MinMs).',
    'aws-sdk: the whole match, sent from the stop on, in real time.',
    `Memory: two matches into the folder, all but their last ${String(realSeconds)} s faster than in real time.`,
    ...(minutes === 0
      ? []
      : [
          `Watched: a match of ${String(minutes)} min of ${describeClip(BENCH_CLIP)}, a short clip over and over, in Chromium, and as a plain file in WebKit, behind a line of 10 Mbit/s; the player from the click on the match in the library, which has been open until nothing more was fetched, the plain file from its address being given to a <video>, each until the picture is put on the screen. Medians; a keyframe's picture is that of a seek to a keyframe.`,
        ]),
  ];
}

function tell({ uploader, store, uplinkRatio, stopToReadyMs }: DeliveryRow): void {
  say(
    `${uploader}, ${store}, uplink ${String(uplinkRatio)}: ready ${String(stopToReadyMs)} ms after the stop`,
  );
}

/** Progress, beside the result. */
function say(what: string): void {
  process.stderr.write(`bench delivery: ${what}\n`);
}
