/** A match in the library, recorded from the lab's first court for tests that look at what is stored. */
import { expect, vi } from 'vitest';
import { openSession, startRecording, stopAndWait } from '../../scripts/system/match.ts';
import type { Lab } from './lab.ts';

/** Longer than so many seconds; answers its session once it can be watched. */
export async function storeMatch(lab: Lab, seconds: number): Promise<string> {
  const player = await lab.system.login('PLAYER');
  const { sessionId } = await openSession(player, 'court1');
  await startRecording(player, sessionId);
  await vi.waitFor(
    async () => {
      const { elapsedSeconds } = await player.getRecordingStatus(sessionId);
      expect(elapsedSeconds).toBeGreaterThan(seconds);
    },
    { timeout: 60_000, interval: 500 },
  );
  await stopAndWait(player, sessionId);
  return sessionId;
}
