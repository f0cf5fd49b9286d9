/**
 * `./scripts/bench delivery`: from the stop of a match to its being ready, over uplinks of 1.2, 5 and 10 times its bit rate,
 * into the portal's folder and into a real S3 server; beside it the AWS SDK's own helper.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openTestS3 } from '../../cloud/test/support/s3.ts';
import type { TestS3 } from '../../cloud/test/support/s3.ts';
import { formatTable } from './delivery-figures.ts';
import type { DeliveryRow } from './delivery-figures.ts';
import { deliverMatch } from './delivery-run.ts';
import { openLongPart } from './kept-part.ts';
import { measurePlayed } from './played-matches.ts';
import { uploadBySdk } from './sdk-peer.ts';

const KBIT_PER_SECOND = 4_000;
/**
 * A match is sped up by so much for its first minutes: less on a narrow line, where what each part costs besides its bytes
 * would become a backlog that there is none of in real time.
 */
const SPEEDS = [
  { uplinkRatio: 1.2, speed: 4 },
  { uplinkRatio: 5, speed: 12 },
  { uplinkRatio: 10, speed: 12 },
];
/** Matches that run beside one another do not stop at once. */
const STAGGER_MS = 7_000;

interface Flags {
  json: boolean;
  seconds: number;
  realSeconds: number;
  /** Of the match that is watched; 0 for none. */
  minutes: number;
}

export async function benchDelivery(argv: string[], signal: AbortSignal): Promise<void> {
  const flags = parseFlags(argv);
  const s3 = await openTestS3();
  try {
    const rows: DeliveryRow[] = [];
    say('a match over each uplink, into the folder and into the S3 server');
    rows.push(...(await deliverAll(flags, s3, signal)));
    for (const { uplinkRatio } of SPEEDS) {
      say(`AWS SDK: a match over ${String(uplinkRatio)} times its bit rate`);
      const bytes = (flags.seconds * KBIT_PER_SECOND * 1000) / 8;
      rows.push(await uploadBySdk({ s3, uplinkRatio, kbitPerSecond: KBIT_PER_SECOND, bytes }, signal));
    }
    if (flags.minutes > 0) await addPlayed(rows, flags, s3, signal);
    const result = { how: describeRun(flags), rows };
    process.stdout.write(
      flags.json
        ? `${JSON.stringify(result, null, 2)}\n`
        : `${formatTable(rows)}\n${result.how.join('\n')}\n`,
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
  return { json: values.json, seconds, realSeconds, minutes };
}

/** The slow line takes longest: its matches run beside all others, those of one store beside one another. */
async function deliverAll(flags: Flags, s3: TestS3, signal: AbortSignal): Promise<DeliveryRow[]> {
  const { seconds, realSeconds } = flags;
  const begin = async (index: number, store: TestS3 | undefined, lateMs: number): Promise<DeliveryRow> => {
    await delay(lateMs, undefined, { signal });
    const { uplinkRatio = 1, speed = 1 } = SPEEDS[index] ?? {};
    const plan = { seconds, realSeconds, uplinkRatio, speed, kbitPerSecond: KBIT_PER_SECOND };
    return deliverMatch(plan, store, signal);
  };
  const slow = [begin(0, undefined, 0), begin(0, s3, STAGGER_MS)];
  const fast: Promise<DeliveryRow>[] = [];
  for (const store of [undefined, s3]) {
    fast.push(begin(1, store, 0), begin(2, store, STAGGER_MS));
    // All of them end before their failure is told.
    await Promise.allSettled(fast);
  }
  await Promise.allSettled(slow);
  const [folderSlow, s3Slow] = slow;
  const [folderRows, s3Rows] = [fast.slice(0, 2), fast.slice(2)];
  return Promise.all([folderSlow, ...folderRows, s3Slow, ...s3Rows].flatMap((row) => row ?? []));
}

/** The columns of whoever watches such a match. */
async function addPlayed(
  rows: readonly DeliveryRow[],
  { minutes }: Flags,
  s3: TestS3,
  signal: AbortSignal,
): Promise<void> {
  say(`a match of ${String(minutes)} minutes, to be watched`);
  const part = await openLongPart(minutes * 60);
  try {
    for (const store of [undefined, s3]) {
      say(`${store === undefined ? 'folder' : 'S3 server'}: watched over 10 Mbit/s`);
      const { player, plainMs } = await measurePlayed(part, store, signal);
      for (const row of rows) {
        if (row.layout === null || (row.store === 's3') !== (store !== undefined)) continue;
        row.firstFrameMs = { player: player.firstFrameMs, plain: plainMs[row.layout] };
        row.seekMs = player.seekMs;
        row.seekBytes = player.seekBytes;
      }
    }
  } finally {
    await part.close();
  }
}

function describeRun({ seconds, realSeconds, minutes }: Flags): string[] {
  return [
    `A match of ${String(seconds)} s at ${String(KBIT_PER_SECOND)} kbit/s. All but its last ${String(realSeconds)} s go by faster (${SPEEDS.map(({ uplinkRatio, speed }) => `${String(speed)} times at ${String(uplinkRatio)}`).join(', ')}), over a line that is faster by as much; the rest and all after the stop are in real time.`,
    'aws-sdk: sent over a line of 240 Mbit/s; the time its bytes need more on the line of its row is added.',
    `Watched: a match of ${String(minutes)} min in Chromium over 10 Mbit/s, nothing cached; the player from the click on the match in the library, the plain file from its address being given to a <video>. Medians; a keyframe's picture is that of a seek to a keyframe.`,
  ];
}

/** Progress, beside the result. */
function say(what: string): void {
  process.stderr.write(`bench delivery: ${what}\n`);
}
