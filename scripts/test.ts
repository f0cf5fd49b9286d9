/**
 * Runs every check and every test suite, and ends with the line `N passed, N failed`. The suites run one behind the other. The
 * recorder's, which keeps time with cameras, has the machine for itself. Then the portal is built, and beside the others the
 * checks run on what they leave: most tests wait for processes most of the time. Named suites run alone: `scripts/test --long recorder`.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { addUp, formatLine, NOTHING } from './testing/count.ts';
import type { Count } from './testing/count.ts';
import { measureMachine, planWorkers } from './testing/plan-workers.ts';
import type { Occupation } from './testing/plan-workers.ts';
import { runProgram } from './testing/run-program.ts';
import { runSuite } from './testing/run-suite.ts';

const root = join(import.meta.dirname, '..');
const cloud = join(root, 'cloud');
const { values, positionals: asked } = parseArgs({
  options: { long: { type: 'boolean', default: false } },
  allowPositionals: true,
});
/** Takes the processor only where no test wants it. */
const LAST = ['nice', '-n', '19'];

const ON_POSTGRES = ['--config', 'vitest.postgres.config.ts'];
const RECORDER = ['--project', 'shared', '--project', 'recorder'];
const DELIVERY = ['--project', 'delivery', '--project', 'portal-delivery'];
const PAGES = ['--project', 'pages'];
const SYSTEM = ['--project', 'system'];

interface Suite {
  name: string;
  folder: string;
  selection: readonly string[];
  does: Occupation;
  isOfPortal: boolean;
}

const SUITES: readonly Suite[] = [
  { name: 'recorder', folder: root, selection: RECORDER, does: 'wait for cameras', isOfPortal: false },
  { name: 'delivery', folder: root, selection: DELIVERY, does: 'compute', isOfPortal: true },
  { name: 'portal', folder: root, selection: ['--project', 'portal'], does: 'compute', isOfPortal: true },
  {
    ...{ name: 'portal on PostgreSQL', folder: cloud, selection: ON_POSTGRES },
    ...{ does: 'compute', isOfPortal: true },
  },
  { name: 'pages', folder: root, selection: PAGES, does: 'compute', isOfPortal: true },
  { name: 'whole system', folder: root, selection: SYSTEM, does: 'wait for processes', isOfPortal: true },
];

const unknown = asked.filter((name) => !SUITES.some((suite) => suite.name === name));
if (unknown.length > 0) {
  const names = SUITES.map(({ name }) => `"${name}"`).join(', ');
  process.stderr.write(`expected suites among ${names}, found "${unknown.join('", "')}"\n`);
  process.exit(1);
}

/** Programs that are started again and again load their code compiled. */
const compiled = await mkdtemp(join(tmpdir(), 'padelvar-test-code-'));
/** What scenarios tell of themselves, a line each. */
const figures = join(compiled, 'figures');
const environment = {
  NODE_COMPILE_CACHE: compiled,
  PADELVAR_FIGURES: figures,
  ...(values.long ? { PADELVAR_LONG_TESTS: '1' } : {}),
};
const chosen = SUITES.filter(({ name }) => asked.length === 0 || asked.includes(name));
const ofPortal = chosen.filter(({ isOfPortal }) => isOfPortal);
const machine = await measureMachine();
const given = `== machine: ${String(machine.pictures)} pictures encoded and ${String(machine.starts)} FFmpegs started a second\n`;
process.stdout.write(given);
const counts = await runSuites(chosen.filter(({ isOfPortal }) => !isOfPortal));
if (ofPortal.length > 0) {
  const { isBuilt, count } = await prepare();
  counts.push(count);
  if (isBuilt) {
    const checked = asked.length === 0 ? runChecks('format', 'lint', 'layers') : [];
    counts.push(...(await runSuites(ofPortal)), ...(await checked));
  }
}
process.stdout.write(`\n${await readFile(figures, 'utf8').catch(() => '')}`);
await rm(compiled, { recursive: true, force: true });
const total = addUp(counts);
for (const told of total.passedAlone) process.stdout.write(`\nPASSED ALONE, failed beside others ${told}\n`);
for (const failure of total.failures) process.stdout.write(`\nFAILED ${failure}\n`);
// Of a run elsewhere its last lines are all that is seen.
process.stdout.write(`\n${given}${String(total.passed)} passed, ${String(total.failed)} failed\n`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;

/** The build, and the check that writes into the sources as the build does: what reads these waits for both. */
async function prepare(): Promise<{ isBuilt: boolean; count: Count }> {
  if ((await runLast('scripts/build-portal')) !== 0)
    return { isBuilt: false, count: { ...NOTHING, failed: 1, failures: ['scripts/build-portal'] } };
  return { isBuilt: true, count: asked.length > 0 ? NOTHING : await tell('types', () => runCheck('types')) };
}

async function runSuites(suites: readonly Suite[]): Promise<Count[]> {
  const told: Count[] = [];
  for (const suite of suites) {
    const workers = planWorkers(machine, suite.does, values.long);
    told.push(await tell(suite.name, () => runSuite(suite.name, { ...suite, workers, environment })));
  }
  return told;
}

async function runChecks(...names: string[]): Promise<Count[]> {
  const told: Count[] = [];
  for (const name of names) told.push(await tell(name, () => runCheck(name)));
  return told;
}

async function runCheck(name: string): Promise<Count> {
  const ok = (await runLast('npm', 'run', '--silent', `check:${name}`)) === 0;
  return ok ? { ...NOTHING, passed: 1 } : { ...NOTHING, failed: 1, failures: [`npm run check:${name}`] };
}

function runLast(...commandLine: string[]): Promise<number> {
  const [command = '', ...args] = [...LAST, ...commandLine];
  return runProgram({ command, args, folder: root });
}

async function tell(name: string, action: () => Promise<Count>): Promise<Count> {
  const beganMs = performance.now();
  const count = await action();
  process.stdout.write(formatLine(name, count, performance.now() - beganMs));
  return count;
}
