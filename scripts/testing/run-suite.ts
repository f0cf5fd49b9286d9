/** One run of Vitest, counted from its report. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { Count } from './count.ts';
import { runProgram } from './run-program.ts';

const root = join(import.meta.dirname, '..', '..');

export interface SuiteRun {
  folder: string;
  /** Vitest's arguments: which projects, how many files at once. */
  selection: readonly string[];
  environment: Record<string, string>;
}

interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: { name: string; status: string; message: string; assertionResults: VitestResult[] }[];
}

interface VitestResult {
  fullName: string;
  status: 'passed' | 'failed' | 'skipped' | 'pending' | 'todo' | 'disabled';
  failureMessages: string[] | null;
}

/** A suite that gives no report has failed; so has a test that was skipped. */
export async function runSuite(name: string, { folder, selection, environment }: SuiteRun): Promise<Count> {
  const { code, report } = await runVitest(folder, selection, environment);
  if (report === undefined) return { passed: 0, failed: 1, failures: [`${name}: no report`] };
  const skipped = report.numPendingTests + report.numTodoTests;
  const brokenFiles = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  );
  const failed = report.numFailedTests + skipped + brokenFiles.length;
  const failures = listFailures(report);
  if (failed > 0 || code === 0) return { passed: report.numPassedTests, failed, failures };
  return { passed: report.numPassedTests, failed: 1, failures: [`${name}: ended with ${String(code)}`] };
}

async function runVitest(
  folder: string,
  selection: readonly string[],
  environment: Record<string, string>,
): Promise<{ code: number; report: VitestReport | undefined }> {
  const reports = await mkdtemp(join(tmpdir(), 'padelvar-test-'));
  const outputFile = join(reports, 'report.json');
  const args = ['run', ...selection, '--reporter=default', '--reporter=json', `--outputFile=${outputFile}`];
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

function listFailures({ testResults }: VitestReport): string[] {
  return testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = relative(root, name);
    if (status === 'failed' && assertionResults.length === 0) return [`${file}: ${shorten(message)}`];
    return assertionResults
      .filter((result) => result.status !== 'passed')
      .map(({ fullName, status, failureMessages }) => {
        const why = status === 'failed' ? shorten(failureMessages?.join('\n') ?? '') : 'skipped';
        return `${file}: ${fullName}\n  ${why}`;
      });
  });
}

function shorten(message: string): string {
  return message.split('\n').slice(0, 6).join('\n  ').slice(0, 1_500);
}
