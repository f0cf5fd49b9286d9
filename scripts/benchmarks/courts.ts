/** The benchmark's side of the simulated courts. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clip } from '../../edge/src/simulate/clip/clip.ts';
import type { SentFrame } from '../../edge/src/simulate/sent-frames.ts';
import type { CourtMessage, CourtWorkerOptions } from './court-worker.ts';
import { startWorker } from './worker.ts';

export interface Courts {
  readonly clip: Clip;
  readonly addresses: readonly string[];
  framesSent(court: number): Promise<SentFrame[]>;
  close(): Promise<void>;
}

/** The first run on a machine draws and encodes the clip. */
const READY_MS = 180_000;
const ANSWER_MS = 10_000;

export async function startCourts(courts: number, ffmpegPath: string, signal: AbortSignal): Promise<Courts> {
  // The folder that `padelvar-edge simulate` takes, too: a clip is made once.
  const options: CourtWorkerOptions = { courts, ffmpegPath, clipFolder: join(tmpdir(), 'padelvar-clips') };
  const path = join(import.meta.dirname, 'court-worker.ts');
  const worker = startWorker<CourtMessage>(path, options, signal);
  try {
    const { clip, addresses } = await worker.receive(
      (message) => ('ready' in message ? message.ready : undefined),
      READY_MS,
    );
    return {
      ...{ clip, addresses },
      framesSent(court) {
        worker.send({ sentBy: court });
        return worker.receive((message) => ('sent' in message ? message.sent : undefined), ANSWER_MS);
      },
      close: () => worker.close(),
    };
  } catch (error) {
    await worker.close();
    throw error;
  }
}
