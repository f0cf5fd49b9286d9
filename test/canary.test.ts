/** A canary password in a camera's address, looked for everywhere while a match is recorded and the camera misbehaves. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestCourts } from '../edge/test/support/test-courts.ts';
import type { Simulator } from '../edge/src/simulate/simulator.ts';
import { openSession, startRecording, statusOf, stopAndWait } from '../scripts/system/match.ts';
import { poll } from '../scripts/system/processes.ts';
import { startSystem } from '../scripts/system/system.ts';
import type { System } from '../scripts/system/system.ts';
import { openWiretap } from './support/wiretap.ts';
import type { Wiretap } from './support/wiretap.ts';

const CANARY = 'Kan4rienv0gel77';
const FORMS = [
  CANARY,
  Buffer.from(CANARY).toString('base64').replace(/=+$/, ''),
  Buffer.from(`court:${CANARY}`).toString('base64'),
];
const ROUTES = [
  '/courts',
  '/clubs',
  '/admin/devices',
  '/admin/users',
  '/video/session/list',
  '/video/files/list',
  '/video/health',
  '/openapi.json',
];

let folder: string;
let simulator: Simulator;
let system: System;
let tap: Wiretap;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'padelvar-canary-'));
  simulator = await startTestCourts([
    { kind: 'rtsp', user: 'court', password: CANARY },
    { kind: 'mjpeg', user: 'court', password: CANARY },
  ]);
  const cameras = simulator.courts.map(({ address }, index) => ({
    address,
    courtId: `court${String(index + 1)}`,
    name: 'Court',
  }));
  const between = async (origin: string): Promise<string> => {
    tap = await openWiretap(origin);
    return tap.origin;
  };
  system = await startSystem({ folder, cameras, between });
});
afterAll(async () => {
  await system.stop();
  await tap.close();
  await simulator.close();
  await rm(folder, { recursive: true, force: true });
});

test('a camera password is found in no log, message, answer, database or process list', async () => {
  const player = await system.login('PLAYER');
  const sessions = await Promise.all(['court1', 'court2'].map((courtId) => openSession(player, courtId)));
  await Promise.all(sessions.map(({ sessionId }) => startRecording(player, sessionId)));
  const processes = readProcesses();
  expect(processes.length).toBeGreaterThan(3);
  expect(processes.join('\n')).toContain('-movflags');

  // FFmpeg prints the address on a failed connection: make it fail, again and again, then let it come back.
  await Promise.all(simulator.courts.map((court) => court.setFault({ fault: 'reboot', seconds: 1 })));
  await Promise.all(simulator.courts.map((court) => court.setFault({ fault: 'wrong-password' })));
  const isRefused = await poll(60_000, async () =>
    (await readLog()).includes('401 Unauthorized') ? true : undefined,
  );
  expect(isRefused).toBe(true);
  await Promise.all(simulator.courts.map((court) => court.setFault({ fault: 'none' })));
  const answers = await readAnswers(sessions.map(({ sessionId }) => sessionId));
  const moreProcesses = readProcesses();
  const back = await poll(30_000, async () => {
    const all = await Promise.all(sessions.map(({ sessionId }) => statusOf(player, sessionId)));
    return all.every(({ growing }) => growing) ? true : undefined;
  });
  expect(back).toBe(true);
  await Promise.all(sessions.map(({ sessionId }) => stopAndWait(player, sessionId)));
  answers.push(...(await readAnswers(sessions.map(({ sessionId }) => sessionId))));

  const files = await readFiles(folder);
  const names = Object.keys(files).join('\n');
  for (const expected of ['portal.db', 'edge.db', '.ffmpeg.log', 'edge.log', 'portal.log'])
    expect(names).toContain(expected);
  expect(tap.messages()).toBeGreaterThan(10);
  const places: Record<string, string> = {
    ...files,
    'process list': [...processes, ...moreProcesses].join('\n'),
    'answers of the API': answers.join('\n'),
    'what edge and portal said to each other': tap.heard(),
  };
  expect(await readLog()).toContain('***@127.0.0.1');
  const found = Object.entries(places).filter(([, text]) => FORMS.some((form) => text.includes(form)));
  expect(found.map(([place]) => place)).toEqual([]);
});

/** FFmpeg's logs of both courts, as they lie on the disk. */
async function readLog(): Promise<string> {
  const logs = Object.entries(await readFiles(folder)).filter(([path]) => path.endsWith('.ffmpeg.log'));
  return logs.map(([, text]) => text).join('\n');
}

/** Arguments and environment of every process, this test's own apart. */
function readProcesses(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map((pid) =>
      ['cmdline', 'environ']
        .map((file) => readQuietly(`/proc/${pid}/${file}`).replaceAll('\0', ' '))
        .join('\n'),
    )
    .filter((text) => text.trim() !== '');
}

function readQuietly(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

async function readAnswers(sessionIds: string[]): Promise<string[]> {
  const routes = [...ROUTES, ...sessionIds.map((id) => `/video/record/status/${id}`)];
  const answers: string[] = [];
  for (const route of routes) {
    const answer = await system.admin.fetch(`/api${route}`);
    expect({ route, status: answer.status }).toEqual({ route, status: 200 });
    answers.push(await answer.text());
  }
  const deviceId = (await system.admin.devices()).items[0]?.deviceId ?? '';
  answers.push(JSON.stringify(await system.admin.diagnoseDevice(deviceId)));
  for (const of of sessionIds) {
    answers.push(JSON.stringify(await system.admin.deviceLogs(deviceId, { lines: 500, of })));
  }
  for (const path of ['health', 'sessions', ...sessionIds.map((id) => `sessions/${id}`)]) {
    answers.push(await (await fetch(`${system.lanOrigin}/api/${path}`)).text());
  }
  return answers;
}

/** Every file of both data folders and the logs; one that went away meanwhile is empty. */
async function readFiles(path: string): Promise<Record<string, string>> {
  const entries = (await readdir(path, { recursive: true, withFileTypes: true })).filter((entry) =>
    entry.isFile(),
  );
  const paths = entries.map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(paths.map((each) => [each, readQuietly(each)]));
}
