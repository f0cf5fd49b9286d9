/** The daemon is killed when its recorder runs already, and of that recorder there is neither a file nor a record yet. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isEnded } from '@padelvar/shared/session';
import type { DesiredSession } from '@padelvar/shared/link';
import type { Simulator } from '../src/simulate/simulator.ts';
import { startDevice } from './support/killable-device.ts';
import type { KillableDevice } from './support/killable-device.ts';
import { findWriters, killAll } from './support/process-census.ts';
import { SMALL_CLIP, startTestCourts } from './support/test-courts.ts';
import { createTinyRecorder } from './support/tiny-recorder.ts';
import type { TinyRecorder } from './support/tiny-recorder.ts';

/** The daemon may be faster than its recorder is: then the record is there, and it is tried again. */
const TRIES = 10;

let simulator: Simulator;
let recorder: TinyRecorder;

beforeAll(async () => {
  simulator = await startTestCourts([{ kind: 'rtsp' }], SMALL_CLIP);
  recorder = await createTinyRecorder();
});
afterAll(async () => {
  await simulator.close();
  await recorder.dispose();
});

interface Orphan {
  device: KillableDevice;
  dataDir: string;
  session: DesiredSession;
  /** The recorder that nobody has written down. */
  pid: number;
}

/** Opens sessions until the daemon of one is killed in between. */
async function leaveOrphan(use: (orphan: Orphan) => Promise<void>): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'padelvar-orphan-'));
  const memoryFolder = await mkdtemp('/dev/shm/padelvar-orphan-');
  const settings = { dataDir, memoryFolder, ffmpegPath: recorder.path };
  const device = startDevice({ ...settings, addresses: [simulator.courts[0]?.address ?? ''] });
  try {
    for (let attempt = 1; attempt <= TRIES; attempt += 1) {
      const sessionId = `sess_club_c1_${String(1_700_000_000 + attempt)}`;
      const session = { sessionId, courtId: 'c1', openDeadlineAt: Date.now() + 60_000 };
      await recorder.setMode('c1', 'orphaned');
      device.want([session]);
      await device.gone();
      const folder = join(dataDir, 'videos', 'club', session.sessionId);
      const [pid] = findWriters(folder);
      const isUnknown = !existsSync(join(folder, 'part-1.json')) && !existsSync(join(folder, 'part-1.mp4'));
      if (pid !== undefined && isUnknown) {
        await use({ device, dataDir, session, pid });
        return;
      }
      device.want([]);
      device.restart();
      await device.until('the court to be free', (reports) => reports.every(({ state }) => isEnded(state)));
    }
    throw new Error(`expected a daemon killed before its record, in ${String(TRIES)} tries`);
  } finally {
    await device.close();
    killAll(findWriters(dataDir));
    await rm(dataDir, { recursive: true, force: true });
    await rm(memoryFolder, { recursive: true, force: true });
  }
}

test('the next daemon adopts it where its session goes on: never two recorders of a court', () =>
  leaveOrphan(async ({ device, dataDir, session, pid }) => {
    device.restart();
    await device.until('the session to be open', ([report]) => report?.state === 'created');
    // The stand-in is a shell: what it is about to run bears its name for a moment.
    await expect.poll(() => findWriters(dataDir)).toEqual([pid]);
    const requestedAt = Date.now();
    const recording = { requestedAt, startDeadlineAt: requestedAt + 60_000, durationSeconds: 600 };
    device.want([{ ...session, recording }]);
    await device.until('a recording', ([report]) => report?.recording?.growing === true);
    const stop = { requestedAt: Date.now(), reason: 'player' as const };
    device.want([{ ...session, recording: { ...recording, stop } }]);
    await device.until('its end', ([report]) => report !== undefined && isEnded(report.state));
    expect(device.reports()[0]).toMatchObject({ state: 'complete', recording: { movie: {} } });
    expect(findWriters(dataDir)).toEqual([]);
    expect(await recorder.doubled()).toEqual([]);
  }));

test('the next daemon ends it where nobody knows of its session any more', () =>
  leaveOrphan(async ({ device, dataDir, session }) => {
    await rm(join(dataDir, 'edge.db'));
    device.want([]);
    device.restart();
    await device.until('its end', () => findWriters(dataDir).length === 0);
    await device.until(
      'the folder to be gone',
      () => !existsSync(join(dataDir, 'videos', 'club', session.sessionId)),
    );
    expect(await recorder.doubled()).toEqual([]);
  }));
