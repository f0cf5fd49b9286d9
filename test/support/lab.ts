/** The whole system in a folder of its own, over simulated courts of this process. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CourtOptions, SimulatedCourt } from '../../edge/src/simulate/court.ts';
import type { Simulator } from '../../edge/src/simulate/simulator.ts';
import { countFrameFaults, readFrameNumbers } from '../../edge/test/support/frame-numbers.ts';
import type { FrameFaults } from '../../edge/test/support/frame-numbers.ts';
import { TEST_FFMPEG, startTestCourts } from '../../edge/test/support/test-courts.ts';
import { startSystem } from '../../scripts/system/system.ts';
import type { System } from '../../scripts/system/system.ts';

export interface Lab {
  readonly folder: string;
  readonly system: System;
  readonly simulator: Simulator;
  court(index: number): SimulatedCourt;
  close(): Promise<void>;
}

/** Courts are called court1, court2, … in the portal. */
export async function openLab(
  courts: readonly CourtOptions[],
  portalSettings: Record<string, string> = {},
  edgeSettings: Record<string, string> = {},
): Promise<Lab> {
  const folder = await mkdtemp(join(tmpdir(), 'padelvar-lab-'));
  const simulator = await startTestCourts(courts);
  const cameras = simulator.courts.map(({ address }, index) => {
    const number = String(index + 1);
    return { courtId: `court${number}`, name: `Court ${number}`, address };
  });
  const system = await startSystem({
    ...{ folder: join(folder, 'system'), cameras, portalSettings, edgeSettings },
  });
  return {
    ...{ folder, system, simulator },
    court(index) {
      const court = simulator.courts[index];
      if (court === undefined) throw new Error(`no court ${String(index)}`);
      return court;
    },
    async close() {
      await system.stop();
      await simulator.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The frames of a downloaded movie, counted by the number drawn in each. */
export async function countFrames(
  path: string,
  clip: { frames: number },
): Promise<FrameFaults & { frames: number }> {
  const numbers = await readFrameNumbers(path, { ffmpegPath: TEST_FFMPEG, clip });
  return { ...countFrameFaults(numbers), frames: numbers.length };
}

export const WHOLE = { missing: 0, repeated: 0, reordered: 0, unreadable: 0 };
