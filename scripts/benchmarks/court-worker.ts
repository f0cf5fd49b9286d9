/** Simulated courts in a process of their own. Answers `sent` with the frames that a court has put on the wire. */
import type { Clip } from '../../edge/src/simulate/clip/clip.ts';
import type { SentFrame } from '../../edge/src/simulate/sent-frames.ts';
import { startSimulator } from '../../edge/src/simulate/simulator.ts';
import { BENCH_CLIP } from './bench-clip.ts';

export interface CourtWorkerOptions {
  courts: number;
  clipFolder: string;
  ffmpegPath: string;
}

export type CourtMessage = { ready: { clip: Clip; addresses: string[] } } | { sent: SentFrame[] };

process.once('disconnect', () => process.exit());
const options = JSON.parse(process.argv[2] ?? '{}') as CourtWorkerOptions;
const simulator = await startSimulator({
  ...options,
  clip: BENCH_CLIP,
  courts: Array.from({ length: options.courts }, () => ({ kind: 'rtsp' as const })),
});
process.on('message', ({ sentBy }: { sentBy: number }) => {
  tell({ sent: simulator.courts[sentBy]?.framesSent() ?? [] });
});
tell({ ready: { clip: simulator.clip, addresses: simulator.courts.map(({ address }) => address) } });

function tell(message: CourtMessage): void {
  process.send?.(message);
}
