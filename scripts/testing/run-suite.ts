/**
 * One run of Vitest, counted from its report. What fails is run once more, alone: the tests keep time with cameras, and on a
 * machine that is short of processor a camera of theirs is late. What passes then has passed, and is told apart; what is
 * wrong in the code fails again.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { NOTHING } from './count.ts';
import type { Count } from './count.ts';
import { runProgram } from './run-program.ts';
import { describeFailed, hasPassed, planSecondLook, readOutcome } from './vitest-report.ts';
import type { VitestReport } from './vitest-report.ts';

const root = join(import.meta.dirname, '..', '..');
/** From the report of a run to its end. */
const MOST_CLOSING_MS = 60_000;

export interface SuiteRun {
  folder: string;
  /** Vitest's arguments that say which tests. */
  selection: readonly string[];
  /** How many files run at once. */
  workers: number;
  environment: Record<string, string>;
}

/** A suite that gives no report has failed; so has a test that was skipped. */
export async function runSuite(name: string, run: SuiteRun): Promise<Count> {
  const first = await runVitest(run, [`--maxWorkers=${String(run.workers)}`]);
  if (first.report === undefined) return { ...NOTHING, failed: 1, failures: [`${name}: no report`] };
  const outcome = readOutcome(first.report);
  const { passed, failed, broken } = outcome;
  if (failed.length + broken.length === 0 && first.code !== 0)
    return { ...NOTHING, passed, failed: 1, failures: [`${name}: ended with ${String(first.code)}`] };
  const plan = planSecondLook(outcome);
  const second = plan && (await runVitest(run, ['--maxWorkers=1', '--maxConcurrency=1', ...plan])).report;
  const alone = failed.filter((test) => second !== undefined && hasPassed(second, test));
  const failures = [...failed.filter((test) => !alone.includes(test)), ...broken];
  return {
    passed: passed + alone.length,
    failed: failures.length,
    failures: failures.map((test) => describeFailed(test, root)),
    passedAlone: alone.map((test) => describeFailed(test, root)),
  };
}

async function runVitest(
  { folder, selection, environment }: SuiteRun,
  more: readonly string[],
): Promise<{ code: number; report: VitestReport | undefined }> {
  const reports = await mkdtemp(join(tmpdir(), 'padelvar-test-'));
  const outputFile = join(reports, 'report.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile=${outputFile}`];
  const args = ['run', ...selection, ...more, ...reporters];
  const done = new AbortController();
  const late = new AbortController();
  void killLate(outputFile, done.signal, late);
  const code = await runProgram({ command: 'vitest', args, folder, environment, signal: late.signal });
  done.abort();
  const report = await readReport(outputFile);
  await rm(reports, { recursive: true, force: true });
  return { code, report };
}

/** Vitest waits for ever for a worker whose output a program holds that a failed test left behind. */
async function killLate(reportPath: string, done: AbortSignal, late: AbortController): Promise<void> {
  let reportedMs: number | undefined;
  while (!done.aborted && !late.signal.aborted) {
    await sleep(1_000, undefined, { signal: done }).catch(() => undefined);
    if (existsSync(reportPath)) reportedMs ??= performance.now();
    if (performance.now() - (reportedMs ?? Infinity) > MOST_CLOSING_MS) late.abort();
  }
}

async function readReport(path: string): Promise<VitestReport | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as VitestReport;
  } catch {
    return undefined;
  }
}
