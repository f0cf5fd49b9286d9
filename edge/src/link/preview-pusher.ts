/**
 * Sends live pictures outwards while the portal's lease lasts: one small POST for each frame over a kept-alive
 * connection, one under way, the newest only. A lease that nobody renews ends by itself.
 */
import { PreviewPushResponse } from '@padelvar/shared/edge-api';
import { MAX_PREVIEW_FRAME_BYTES } from '@padelvar/shared/limits';
import { createBackoff } from '../base/backoff.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { FrameHub, HubFrame } from '../proxy/frame-hub.ts';
import type { PortalClient } from './portal-client.ts';

export interface PreviewPusherOptions {
  client: Pick<PortalClient, 'request'>;
  clock: Clock;
  log: Logger;
  /** The frames of an open session. */
  findHub: (sessionId: string) => FrameHub | undefined;
  /** A picture of so many bytes goes out. */
  onPicture?: (bytes: number) => void;
}

export interface PreviewPusher {
  /**
   * Begins, or goes on for so long. A stream makes the court watched (more frames a second); a snapshot takes
   * the keyframes. Answers false where there is no such session.
   */
  lease(sessionId: string, kind: 'stream' | 'snapshot', leaseSeconds: number): boolean;
  close(): Promise<void>;
}

const PUSH_TIMEOUT_MS = 5_000;
const MAX_RETRY_MS = 2_000;

interface Push {
  /** Ends the push: lease over, session gone, nobody watches. */
  ending: AbortController;
  done: Promise<void>;
  cancelEnd: () => void;
  untilMs: number;
  unwatch: (() => void) | undefined;
}

export function createPreviewPusher(options: PreviewPusherOptions): PreviewPusher {
  const { client, clock, log, findHub } = options;
  const pushes = new Map<string, Push>();

  const send = async (sessionId: string, frame: HubFrame, signal: AbortSignal): Promise<boolean> => {
    const ageMs = Math.max(0, Math.round(clock.monotonicMs() - frame.atMs));
    options.onPicture?.(frame.jpeg.length);
    const response = await client.request(`/api/edge/preview/${sessionId}`, {
      method: 'POST',
      body: frame.jpeg,
      headers: { 'x-frame-age-ms': String(Math.min(ageMs, 60_000)) },
      signal,
      timeoutMs: PUSH_TIMEOUT_MS,
    });
    return PreviewPushResponse.parse(await response.json()).watched;
  };

  const run = async (sessionId: string, hub: FrameHub, signal: AbortSignal): Promise<void> => {
    const backoff = createBackoff({ maxMs: MAX_RETRY_MS });
    for (let sequence = 0; ;) {
      const frame = await hub.nextFrame(sequence, signal);
      sequence = frame.sequence;
      if (frame.jpeg.length > MAX_PREVIEW_FRAME_BYTES) continue;
      try {
        if (!(await send(sessionId, frame, signal))) return;
        backoff.reset();
      } catch (error) {
        signal.throwIfAborted();
        log.debug({ err: error, sessionId }, 'a live picture was not taken');
        await clock.sleep(backoff.nextMs(), signal);
      }
    }
  };

  const begin = (sessionId: string, hub: FrameHub): Push => {
    const ending = new AbortController();
    const release = hub.wanted.join();
    const push: Push = {
      ending,
      untilMs: -Infinity,
      unwatch: undefined,
      cancelEnd: () => undefined,
      done: run(sessionId, hub, ending.signal)
        .catch((error: unknown) => {
          if (!ending.signal.aborted) log.warn({ err: error, sessionId }, 'the live picture ended');
        })
        .finally(() => {
          push.cancelEnd();
          push.unwatch?.();
          release();
          if (pushes.get(sessionId) === push) pushes.delete(sessionId);
        }),
    };
    pushes.set(sessionId, push);
    return push;
  };

  return {
    lease(sessionId, kind, leaseSeconds) {
      const hub = findHub(sessionId);
      if (hub === undefined) return false;
      const push = pushes.get(sessionId) ?? begin(sessionId, hub);
      if (kind === 'stream') push.unwatch ??= hub.watched.join();
      push.untilMs = Math.max(push.untilMs, clock.monotonicMs() + leaseSeconds * 1000);
      push.cancelEnd();
      push.cancelEnd = clock.setTimer(push.untilMs - clock.monotonicMs(), () => push.ending.abort());
      return true;
    },
    async close() {
      const ended = [...pushes.values()];
      for (const push of ended) push.ending.abort();
      await Promise.all(ended.map(({ done }) => done));
    },
  };
}
