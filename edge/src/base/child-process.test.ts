import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { findProcess, isAlive, stopProcess } from './child-process.ts';
import type { ProcessIdentity } from './child-process.ts';
import { systemClock } from './clock.ts';

async function startNode(script: string): Promise<{ child: ChildProcess; identity: ProcessIdentity }> {
  const child = spawn(
    process.execPath,
    ['-e', `${script}; console.log('ready'); setInterval(() => {}, 1e6)`],
    {
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  await once(child.stdout, 'data');
  const identity = findProcess(child.pid ?? 0);
  if (identity === undefined) throw new Error('expected a living process');
  return { child, identity };
}

test('a process is alive until it has ended, and SIGINT ends a willing one', async () => {
  const { child, identity } = await startNode('');
  const ended = once(child, 'exit');
  expect(isAlive(identity)).toBe(true);
  expect(await stopProcess(systemClock, identity)).toBe('SIGINT');
  await ended;
  expect(isAlive(identity)).toBe(false);
});

test('one that ignores SIGINT gets SIGTERM', async () => {
  const { child, identity } = await startNode("process.on('SIGINT', () => {})");
  const ended = once(child, 'exit');
  expect(await stopProcess(systemClock, identity)).toBe('SIGTERM');
  await ended;
});

test('one that ignores both gets SIGTERM after 0.5 s and SIGKILL 2 s later', async () => {
  const note = (signal: string): string =>
    `process.on('${signal}', () => console.log('${signal}', performance.now()))`;
  const { child, identity } = await startNode([note('SIGINT'), note('SIGTERM')].join(';'));
  const heardMs: number[] = [];
  child.stdout?.on('data', (line: Buffer) => heardMs.push(Number(line.toString().trim().split(' ')[1])));
  const ended = once(child, 'exit');
  const beganMs = systemClock.monotonicMs();
  expect(await stopProcess(systemClock, identity)).toBe('SIGKILL');
  expect(await ended).toEqual([null, 'SIGKILL']);
  expect(systemClock.monotonicMs() - beganMs).toBeGreaterThanOrEqual(2_500);
  const [interruptedMs = 0, askedMs = 0] = heardMs;
  expect(heardMs).toHaveLength(2);
  expect(askedMs - interruptedMs).toBeGreaterThan(450);
  expect(askedMs - interruptedMs).toBeLessThan(2_000);
});

test.each([
  ['another start time', { startTicks: 1 }],
  ['another boot', { bootId: 'a boot before' }],
])('a pid with %s is a stranger’s and is never ended', async (_what, changes) => {
  const { child, identity } = await startNode('');
  const stranger = { ...identity, ...changes };
  expect(isAlive(stranger)).toBe(false);
  await stopProcess(systemClock, stranger);
  expect(isAlive(identity)).toBe(true);
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
});

test('a zombie is not alive', async () => {
  // The shell starts a child that ends at once, and becomes a program that never asks for it.
  const parent = spawn('sh', ['-c', 'true & echo $!; exec sleep 60'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  const pid = Number(line.toString());
  const deadlineMs = systemClock.monotonicMs() + 5_000;
  while (findProcess(pid) !== undefined && systemClock.monotonicMs() < deadlineMs)
    await systemClock.sleep(10);
  expect(findProcess(pid)).toBeUndefined();
  const ended = once(parent, 'exit');
  parent.kill('SIGKILL');
  await ended;
});

test('there is no process without a pid', () => {
  expect(findProcess(0)).toBeUndefined();
  expect(isAlive({ bootId: '', pid: 0, startTicks: 0 })).toBe(false);
});
