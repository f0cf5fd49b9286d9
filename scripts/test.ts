/** Runs every check and every test suite, one behind the other, and ends with the line `N passed, N failed`. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';

interface Count {
  passed: number;
  failed: number;
  /** What failed, and how, for whoever sees only the end of the output. */
  failures: string[];
}

interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  numFailedTestSuites: number;
  testResults: { name: string; status: string; message: string; assertionResults: VitestResult[] }[];
}

interface VitestResult {
  fullName: string;
  status: 'passed' | 'failed' | 'skipped' | 'pending' | 'todo' | 'disabled';
  failureMessages: string[] | null;
}

const root = join(import.meta.dirname, '..');
const { values } = parseArgs({ options: { long: { type: 'boolean', default: false } } });
const reports = await mkdtemp(join(tmpdir(), 'padelvar-test-'));

const total: Count = { passed: 0, failed: 0, failures: [] };
await Promise.all([runChecks('types'), runChecks('format', 'lint', 'layers')]);
// Most tests wait for cameras, pages and processes most of the time: two files share two cores well.
const TWO = '--maxWorkers=2';
add('shared and edge', await runSuite('edge', root, ['--project', 'shared', '--project', 'edge', TWO]));
add('portal', await runSuite('portal', join(root, 'cloud'), [TWO]));
const ON_POSTGRES = ['--config', 'vitest.postgres.config.ts', TWO];
add('portal on PostgreSQL', await runSuite('portal-on-postgres', join(root, 'cloud'), ON_POSTGRES));
add('whole system', await runSuite('system', root, ['--project', 'system', TWO]));
await rm(reports, { recursive: true, force: true });
for (const failure of total.failures) process.stdout.write(`\nFAILED ${failure}\n`);
process.stdout.write(`\n${String(total.passed)} passed, ${String(total.failed)} failed\n`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;

function add(name: string, { passed, failed, failures }: Count): void {
  process.stdout.write(`== ${name}: ${String(passed)} passed, ${String(failed)} failed\n`);
  total.passed += passed;
  total.failed += failed;
  total.failures.push(...failures);
}

async function runChecks(...names: string[]): Promise<void> {
  for (const name of names) add(name, await runCheck(name));
}

async function runCheck(name: string): Promise<Count> {
  const ok = (await run('npm', ['run', '--silent', `check:${name}`], root)) === 0;
  return ok
    ? { passed: 1, failed: 0, failures: [] }
    : { passed: 0, failed: 1, failures: [`npm run check:${name}`] };
}

/** A suite that gives no report has failed; so has a test that was skipped. */
async function runSuite(name: string, folder: string, selection: string[]): Promise<Count> {
  const outputFile = join(reports, `${name}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile=${outputFile}`];
  const code = await run('vitest', ['run', ...selection, ...reporters], folder);
  const report = await readReport(outputFile);
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
  return message.split('\n').slice(0, 6).join('\n  ').slice(0, 800);
}

async function readReport(path: string): Promise<VitestReport | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as VitestReport;
  } catch {
    return undefined;
  }
}

async function run(command: string, args: string[], cwd: string): Promise<number> {
  const environment = { ...process.env, CI: 'true', ...(values.long ? { PADELVAR_LONG_TESTS: '1' } : {}) };
  const child = spawn(command, args, { cwd, env: environment, stdio: ['ignore', 'inherit', 'inherit'] });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}
