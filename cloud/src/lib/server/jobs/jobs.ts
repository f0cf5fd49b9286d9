/** What the portal does by the clock. Owns the schedule and that no job runs twice at once; the work is the rooms' own. */
import { schedule } from 'node-cron';
import type { Logger } from '../log.ts';

export interface Job {
  name: string;
  /** Cron expression, UTC. */
  when: string;
  run: () => Promise<unknown>;
}

export interface Jobs {
  /** Ends the schedule and waits for what is running. */
  close(): Promise<void>;
}

export function startJobs(jobs: readonly Job[], log: Logger): Jobs {
  const running = new Set<Promise<unknown>>();
  const tasks = jobs.map(({ name, when, run }) =>
    schedule(
      when,
      async () => {
        const turn = run().catch((error: unknown) => log.error({ err: error, job: name }, 'a job failed'));
        running.add(turn);
        await turn;
        running.delete(turn);
      },
      { name, timezone: 'Etc/UTC', noOverlap: true, suppressMissedWarning: true },
    ),
  );
  return {
    async close() {
      for (const task of tasks) await task.destroy();
      await Promise.all(running);
    },
  };
}
