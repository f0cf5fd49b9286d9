import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import pino from 'pino';
import { tellOfQueues } from './congestion-control.ts';

test.each([
  ['cubic\n', 1],
  ['bbr\n', 0],
])('a system that shares lines by %j is warned of %i times', async (text, warnings) => {
  const folder = await mkdtemp(join(tmpdir(), 'padelvar-congestion-'));
  const path = join(folder, 'tcp_congestion_control');
  await writeFile(path, text);
  const lines: string[] = [];
  await tellOfQueues(pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) }), path);
  expect(lines).toHaveLength(warnings);
  await rm(folder, { recursive: true });
});
