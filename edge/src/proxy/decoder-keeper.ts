/** Keeps one decoder running over the parts of a session: a new one per part, another with backoff when it dies. */
import { createBackoff } from '../base/backoff.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { openDecoderAttempt, type DecoderAttempt } from './decoder-attempt.ts';
import type { PreviewFragment } from './fragment-queue.ts';

export interface DecoderKeeperOptions {
  name: string;
  ffmpegPath: string;
  decoderArguments: readonly string[];
  mostQueued: number;
  clock: Clock;
  log: Logger;
  onFrame: (jpeg: Buffer) => void;
}

export interface DecoderKeeper {
  /** From here on fragments belong to this init segment. */
  begin(init: Buffer): void;
  add(fragment: PreviewFragment): void;
  close(): Promise<void>;
}

export function keepDecoder(options: DecoderKeeperOptions): DecoderKeeper {
  const { clock, log, name } = options;
  const backoff = createBackoff();
  const stopping = new Set<Promise<void>>();
  let current: DecoderAttempt | undefined;
  let cancelRestart = (): void => undefined;

  const stopCurrent = (): void => {
    cancelRestart();
    if (current === undefined) return;
    const { dropped } = current;
    if (dropped > 0) log.debug({ decoder: name, dropped }, 'preview fragments dropped');
    const stopped: Promise<void> = current.stop().finally(() => stopping.delete(stopped));
    stopping.add(stopped);
    current = undefined;
  };
  const open = (init: Buffer): void => {
    stopCurrent();
    const attempt = openDecoderAttempt({
      ...options,
      init,
      onFrame(jpeg) {
        if (attempt !== current) return;
        backoff.reset();
        options.onFrame(jpeg);
      },
    });
    current = attempt;
    void attempt.ended.then((lastWords) => {
      if (attempt !== current) return;
      current = undefined;
      const waitMs = backoff.nextMs();
      log.warn({ decoder: name, lastWords, waitMs }, 'preview decoder ended');
      cancelRestart = clock.setTimer(waitMs, () => open(init));
    });
  };

  return {
    begin: open,
    add(fragment) {
      current?.add(fragment);
      if (current?.isStuck() === true) void current.stop();
    },
    async close() {
      stopCurrent();
      await Promise.all(stopping);
    },
  };
}
