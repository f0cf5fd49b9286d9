/** One attempt to read an MJPEG or still-image camera: lasts until it fails, falls silent or is told to end. */
import { AppError } from '@padelvar/shared/errors';
import type { Clock } from '../base/clock.ts';
import type { CameraTarget } from './address.ts';
import type { HttpCamera } from './http-camera.ts';
import { findHttpKind, readMultipart, readStill, type HttpKind } from './http-frames.ts';
import { explainSocketError } from './trouble.ts';

/** No frame for so long means that the camera is gone, whatever its connection says. */
const SILENCE_LIMIT_MS = 2_500;

export interface FrameAttempt {
  target: CameraTarget;
  camera: HttpCamera;
  kind: HttpKind;
  clock: Clock;
  /** Between two pictures asked of a still-image camera. */
  intervalMs: number;
  onFrame: (jpeg: Buffer) => void;
  signal: AbortSignal;
}

/** Resolves with what ended it; never rejects but on a fault of ours. */
export async function runFrameAttempt(attempt: FrameAttempt): Promise<AppError> {
  const silence = watchSilence(attempt);
  const signal = AbortSignal.any([attempt.signal, silence.signal]);
  const onFrame = (jpeg: Buffer): void => {
    silence.heard();
    attempt.onFrame(jpeg);
  };
  try {
    await (attempt.kind === 'mjpeg' ? readStream : pollStills)({ ...attempt, onFrame, signal });
    return new AppError('camera_unreachable', `The camera at ${attempt.target.name} ended its stream.`);
  } catch (error) {
    const reason: unknown = signal.aborted ? signal.reason : explainSocketError(attempt.target, error);
    if (reason instanceof AppError) return reason;
    throw reason;
  } finally {
    silence.end();
  }
}

async function readStream({ target, camera, onFrame, signal }: FrameAttempt): Promise<void> {
  const answer = await camera.get(signal);
  try {
    requireKind('mjpeg', findHttpKind(target, answer), target);
    await readMultipart(answer, onFrame);
  } finally {
    answer.destroy();
  }
}

/** Pictures are asked one after the other, none before its time and none beside another. */
async function pollStills({
  target,
  camera,
  clock,
  intervalMs,
  onFrame,
  signal,
}: FrameAttempt): Promise<void> {
  for (let dueAtMs = clock.monotonicMs(); ;) {
    const answer = await camera.get(signal);
    try {
      requireKind('still', findHttpKind(target, answer), target);
      onFrame(await readStill(target, answer));
    } finally {
      answer.destroy();
    }
    const nowMs = clock.monotonicMs();
    dueAtMs = Math.max(dueAtMs + intervalMs, nowMs);
    await clock.sleep(dueAtMs - nowMs, signal);
  }
}

function requireKind(expected: HttpKind, found: HttpKind, { name }: CameraTarget): void {
  if (found === expected) return;
  const message = `Expected a camera of the kind ${expected} at ${name}, found ${found}.`;
  throw new AppError('camera_no_video', message);
}

interface SilenceWatch {
  /** Aborts with AppError `camera_timeout`. */
  signal: AbortSignal;
  heard(): void;
  end(): void;
}

/** One timer at a time, set anew when it fires too early: a frame costs a number, not a timer. */
function watchSilence({ clock, target }: FrameAttempt): SilenceWatch {
  const silent = new AbortController();
  let heardAtMs = clock.monotonicMs();
  const check = (): void => {
    const leftMs = heardAtMs + SILENCE_LIMIT_MS - clock.monotonicMs();
    if (leftMs > 0) {
      cancel = clock.setTimer(leftMs, check);
      return;
    }
    const message = `Expected a frame from the camera at ${target.name} every 2.5 s, found silence.`;
    silent.abort(new AppError('camera_timeout', message));
  };
  let cancel = clock.setTimer(SILENCE_LIMIT_MS, check);
  return {
    signal: silent.signal,
    heard() {
      heardAtMs = clock.monotonicMs();
    },
    end: () => cancel(),
  };
}
