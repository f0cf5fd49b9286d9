/**
 * Simulated courts, for tests, demonstrations and installers without a camera at hand.
 * Owns the clip, the RTSP, MJPEG and still-image servers and their faults; does not know the recorder.
 * May import base and shared only.
 */
import { AppError } from '@padelvar/shared/errors';
import { systemClock, type Clock } from '../base/clock.ts';
import { DEFAULT_CLIP, type ClipSpec } from './clip/clip-spec.ts';
import { makeClip, type Clip } from './clip/clip.ts';
import { openCourt, type CourtOptions, type SimulatedCourt } from './court.ts';

export interface SimulatorOptions {
  courts: readonly CourtOptions[];
  /** Where clips are kept between runs. */
  clipFolder: string;
  ffmpegPath: string;
  /** What differs from the default clip. */
  clip?: Partial<ClipSpec>;
  clock?: Clock;
  /** Address to listen on; this machine only by default. */
  host?: string;
}

export interface Simulator {
  readonly clip: Clip;
  readonly courts: readonly SimulatedCourt[];
  close(): Promise<void>;
}

/** AppError('conflict') with `field` courts.N.port where a port is taken. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { clipFolder, ffmpegPath, clock = systemClock, host = '127.0.0.1' } = options;
  const clip = await makeClip({ ...DEFAULT_CLIP, ...options.clip, ffmpegPath, folder: clipFolder });
  const courts: SimulatedCourt[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(courts.map((court) => court.close()));
  };
  try {
    for (const court of options.courts) {
      const opening = openCourt(court, { clip, clock, host, ffmpegPath });
      courts.push(await nameCourt(opening, `courts.${String(courts.length)}.port`));
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { clip, courts, close };
}

/** A port that can't be opened is told with the option that asked for it. */
async function nameCourt(opening: Promise<SimulatedCourt>, field: string): Promise<SimulatedCourt> {
  try {
    return await opening;
  } catch (error) {
    if (!(error instanceof AppError) || error.kind !== 'conflict') throw error;
    throw new AppError('conflict', error.message, { cause: error, field });
  }
}
