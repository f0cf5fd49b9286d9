/** `./scripts/demo`: the whole system with three simulated courts, until Ctrl-C; with `--once`, one match driven by itself. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { EDGE_LAN_PORT, MQTT_TCP_PORT, PORTAL_PORT } from '@padelvar/shared/limits';
import { findFfmpeg } from '../edge/src/base/ffmpeg-program.ts';
import { startSimulator } from '../edge/src/simulate/simulator.ts';
import type { Simulator } from '../edge/src/simulate/simulator.ts';
import { countFrameFaults, readFrameNumbers } from '../edge/test/support/frame-numbers.ts';
import { playMatch } from './system/match.ts';
import type { MatchResult } from './system/match.ts';
import { startSystem } from './system/system.ts';
import type { Camera, System } from './system/system.ts';

const MATCH_SECONDS = 20;
const COURTS = [
  { kind: 'rtsp', courtId: 'court1', name: 'Court 1 (RTSP)' },
  { kind: 'mjpeg', courtId: 'court2', name: 'Court 2 (MJPEG)' },
  { kind: 'still', courtId: 'court3', name: 'Court 3 (still images)' },
] as const;

const { values } = parseArgs({ options: { once: { type: 'boolean', default: false } } });
const ffmpegPath = await findFfmpeg(process.env['PADELVAR_FFMPEG']);
const simulator = await startSimulator({
  courts: COURTS.map(({ kind }) => ({ kind })),
  clipFolder: clipFolder(),
  ffmpegPath,
});
const folder = await mkdtemp(join(tmpdir(), 'padelvar-demo-'));
try {
  if (values.once) await runOnce();
  else await runUntilInterrupted();
} catch (error) {
  process.stderr.write(`match failed: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  await simulator.close();
  await rm(folder, { recursive: true, force: true });
}

async function runOnce(): Promise<void> {
  const system = await startSystem({ folder, cameras: camerasOf(simulator) });
  try {
    const path = join(folder, 'match.mp4');
    const result = await playMatch(await system.login('PLAYER'), COURTS[0].courtId, MATCH_SECONDS, path);
    process.stdout.write(await describeMatch(path, result, simulator));
  } finally {
    await system.stop();
  }
}

/** Checks the downloaded file with ffprobe and by the numbers in its frames; throws where it is not whole. */
async function describeMatch(path: string, result: MatchResult, { clip }: Simulator): Promise<string> {
  const { duration, frames } = await probeFile(path);
  const numbers = await readFrameNumbers(path, { ffmpegPath, clip });
  const faults = countFrameFaults(numbers);
  const expected = (faults.last ?? 0) - (faults.first ?? 0) + 1;
  const found = expected - faults.missing;
  if (numbers.length !== frames)
    throw new Error(
      `check the file: ffprobe counts ${String(frames)} frames, ${String(numbers.length)} were decoded`,
    );
  if (found !== expected || faults.repeated > 0 || faults.reordered > 0 || faults.unreadable > 0) {
    throw new Error(
      `check the file: expected every frame once and in order, found ${JSON.stringify(faults)}`,
    );
  }
  if (duration < MATCH_SECONDS)
    throw new Error(
      `check the file: expected at least ${String(MATCH_SECONDS)} s, found ${String(duration)} s`,
    );
  const figures = [
    `${duration.toFixed(2)} s`,
    `frames ${String(expected)} expected, ${String(found)} found`,
    `${String(result.bytes)} bytes`,
    `click to recording ${(result.startToRecordingMs / 1000).toFixed(2)} s`,
    `stop to ready ${(result.stopToReadyMs / 1000).toFixed(2)} s`,
  ];
  return `match ok: ${figures.join(', ')}\n`;
}

async function probeFile(path: string): Promise<{ duration: number; frames: number }> {
  const { stdout } = await promisify(execFile)('ffprobe', [
    ...['-v', 'error', '-select_streams', 'v:0', '-count_packets', '-of', 'json'],
    ...['-show_entries', 'stream=codec_name,nb_read_packets:format=duration', path],
  ]);
  const probe = JSON.parse(stdout) as {
    streams: { codec_name: string; nb_read_packets: string }[];
    format: { duration: string };
  };
  if (probe.streams[0]?.codec_name !== 'h264') throw new Error('check the file: expected one H.264 track');
  return { duration: Number(probe.format.duration), frames: Number(probe.streams[0].nb_read_packets) };
}

async function runUntilInterrupted(): Promise<void> {
  const ports = { portal: PORTAL_PORT, mqtt: MQTT_TCP_PORT, lan: EDGE_LAN_PORT };
  const interrupted = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  const system = await startSystem({ folder, cameras: camerasOf(simulator), ports });
  process.stdout.write(describeSystem(system));
  await interrupted;
  process.stdout.write('\nstopping …\n');
  await system.stop();
}

function describeSystem({ origin, logins }: System): string {
  const rows = logins.map(
    ({ role, email, password }) => `  ${role.padEnd(12)} ${email.padEnd(34)} ${password}`,
  );
  return `\nPadelVar runs at ${origin}\n\n${rows.join('\n')}\n\nThree simulated courts are ready. Ctrl-C ends everything.\n`;
}

function camerasOf({ courts }: Simulator): Camera[] {
  return COURTS.map(({ courtId, name }, index) => ({ courtId, name, address: courts[index]?.address ?? '' }));
}

/** Kept between runs: the clip is encoded once. The folder that `padelvar-edge simulate` takes, too. */
function clipFolder(): string {
  return join(tmpdir(), 'padelvar-clips');
}
