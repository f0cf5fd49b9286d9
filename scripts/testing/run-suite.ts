/**
 * One run of Vitest, counted from its report. What fails is run once more, alone: the tests keep time with cameras, and on a
 * machine that is short of processor a camera of theirs is late. What passes then has passed, and is told apart; what is
 * wrong in the code fails again.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Count } from './count.ts';
import { runProgram } from './run-program.ts';
import { describeFailed, hasPassed, planSecondLook, readOutcome } from './vitest-report.ts';
import type { VitestReport } from './vitest-report.ts';

const root = join(import.meta.dirname, '..', '..');

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
  const nothing = { passed: 0, failed: 1, passedAlone: [] };
  if (first.report === undefined) return { ...nothing, failures: [`${name}: no report`] };
  const outcome = readOutcome(first.report);
  const { passed, failed, broken } = outcome;
  if (failed.length + broken.length === 0 && first.code !== 0)
    return { ...nothing, passed, failures: [`${name}: ended with ${String(first.code)}`] };
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
  const code = await runProgram({ command: 'vitest', args, folder, environment });
  const report = await readReport(outputFile);
  await rm(reports, { recursive: true, force: true });
  return { code, report };
}

async function readReport(path: string): Promise<VitestReport | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as VitestReport;
  } catch {
    return undefined;
  }
}
