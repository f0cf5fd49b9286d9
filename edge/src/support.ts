/** What support asks of a device: its logs, how it is, and to start anew. Wired for `app.ts`. */
import type { Diagnostics, DeviceLogs, RestartAnswer } from '@padelvar/shared/device-answers';
import { AppError } from '@padelvar/shared/errors';
import type { DesiredCourt } from '@padelvar/shared/link';
import type { Logger } from './base/log.ts';
import { createLeavingMask } from './health/leaving-mask.ts';
import { diagnose } from './health/diagnose.ts';
import type { DiagnoseSources } from './health/diagnose.ts';
import { planRestart } from './health/plan-restart.ts';
import { readLogs } from './health/read-logs.ts';
import type { Portal } from './link/portal.ts';

export interface Support {
  /** AppError `not_found` where what is asked for has no FFmpeg log. */
  readLogs(asked: { lines: number; of?: string | undefined }): Promise<DeviceLogs>;
  diagnose(): Promise<Diagnostics>;
  /** AppError `conflict` where nothing would start the daemon again. */
  restart(acceptGap: boolean): RestartAnswer;
}

/** What surrounds the daemon. */
export interface Surroundings {
  /** The daemon's newest log lines, oldest first. */
  recentLines: () => readonly string[];
  /** The daemon is to end in order. */
  onRestart: () => void;
}

export interface SupportOptions extends Omit<DiagnoseSources, 'courts'>, Surroundings {
  portal: Pick<Portal, 'openCamera' | 'time'>;
  courts: () => readonly DesiredCourt[];
  describeCourts: DiagnoseSources['courts'];
  log: Logger;
}

export function createSupport(options: SupportOptions): Support {
  const { portal, courts, isSupervised, log } = options;
  const openedAddresses = (): string[] =>
    courts().flatMap(({ courtId, camera }) => {
      try {
        return camera === undefined ? [] : [portal.openCamera(courtId, camera)];
      } catch {
        // Sealed to another device: this one has never seen it.
        return [];
      }
    });
  return {
    readLogs: (asked) => readLogs(asked, { ...options, mask: createLeavingMask(openedAddresses()) }),
    diagnose: () => diagnose({ ...options, courts: options.describeCourts }),
    restart(acceptGap) {
      if (!isSupervised) {
        throw new AppError(
          'conflict',
          'expected a daemon that is started again when it ends (PADELVAR_SUPERVISED=yes), found one that is not',
        );
      }
      const answer = planRestart(options.sessions(), acceptGap);
      log.warn(answer, 'restart asked for');
      // The answer is on its way by then, and the link, which is closed last, takes it along.
      if (answer.begun) setImmediate(options.onRestart);
      return answer;
    },
  };
}
