/** What Vitest's JSON report says (pure). */
import { relative } from 'node:path';

export interface VitestReport {
  numPassedTests: number;
  testResults: { name: string; status: string; message: string; assertionResults: VitestResult[] }[];
}

interface VitestResult {
  ancestorTitles: string[];
  title: string;
  status: 'passed' | 'failed' | 'skipped' | 'pending' | 'todo' | 'disabled';
  failureMessages: string[] | null;
}

export interface FailedTest {
  /** Absolute path. */
  file: string;
  /** As Vitest's name pattern sees it: `suite > test`. Empty where it is the whole file. */
  fullName: string;
  why: string;
}

export interface Outcome {
  passed: number;
  failed: FailedTest[];
  /** What no second look can mend: tests that were skipped, and files of which no test ran. */
  broken: FailedTest[];
}

/** More than so many did not fail by chance. */
const MOST_AGAIN = 12;

export function readOutcome({ numPassedTests, testResults }: VitestReport): Outcome {
  const outcome: Outcome = { passed: numPassedTests, failed: [], broken: [] };
  for (const { name: file, status: ofFile, message, assertionResults } of testResults) {
    if (ofFile === 'failed' && assertionResults.length === 0)
      outcome.broken.push({ file, fullName: '', why: shorten(message) });
    for (const result of assertionResults) {
      const { status, failureMessages } = result;
      const fullName = nameOf(result);
      if (status === 'failed')
        outcome.failed.push({ file, fullName, why: shorten(failureMessages?.join('\n') ?? '') });
      else if (status !== 'passed') outcome.broken.push({ file, fullName, why: 'skipped' });
    }
  }
  return outcome;
}

/** Vitest's arguments by which the failed tests run once more, by themselves; `undefined` where that would tell nothing. */
export function planSecondLook({ failed, broken }: Outcome): string[] | undefined {
  if (failed.length === 0 || failed.length > MOST_AGAIN || broken.length > 0) return undefined;
  const names = failed.map(({ fullName }) => fullName.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`));
  return [...new Set(failed.map(({ file }) => file)), '--testNamePattern', `^(${names.join('|')})$`];
}

/** Whether a test passed, by the report of a run that left all others out. */
export function hasPassed({ testResults }: VitestReport, { file, fullName }: FailedTest): boolean {
  const ofFile = testResults.find(({ name }) => name === file)?.assertionResults ?? [];
  const ofTest = ofFile.filter((result) => nameOf(result) === fullName);
  return ofTest.length > 0 && ofTest.every(({ status }) => status === 'passed');
}

export function describeFailed({ file, fullName, why }: FailedTest, root: string): string {
  return fullName === ''
    ? `${relative(root, file)}: ${why}`
    : `${relative(root, file)}: ${fullName}\n  ${why}`;
}

function nameOf({ ancestorTitles, title }: VitestResult): string {
  return [...ancestorTitles, title].join(' > ');
}

function shorten(message: string): string {
  return message.split('\n').slice(0, 6).join('\n  ').slice(0, 1_500);
}
