import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { text as readText } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { TEST_CLIP_FOLDER, TEST_FFMPEG } from './support/test-courts.ts';

const COMMAND = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));
const RUN = `import { main } from ${JSON.stringify(COMMAND)}; await main(process.argv.slice(1));`;
const FREE = ['rtsp', 'mjpeg', 'still', 'control'].flatMap((kind) => [`--${kind}-port`, '0']);

type Command = ChildProcessByStdio<null, Readable, Readable>;
let started: Command[] = [];

afterEach(async () => {
  const running = started.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
  await Promise.all(running.map((command) => (command.kill('SIGKILL'), once(command, 'close'))));
  started = [];
});

function simulate(...flags: string[]): Command {
  const fixed = ['--clip-folder', TEST_CLIP_FOLDER, '--ffmpeg', TEST_FFMPEG];
  const command = spawn(
    process.execPath,
    ['--input-type=module', '-e', RUN, '--', 'simulate', ...FREE, ...fixed, ...flags],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  started.push(command);
  return command;
}

/** Reads its output until the line that names the control's address. */
async function readUntilReady(command: Command): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of createInterface({ input: command.stdout })) {
    lines.push(line);
    if (line.startsWith('faults')) break;
  }
  return lines;
}

async function readEnd(command: Command): Promise<{ complaint: string; code: number | null }> {
  const ended = once(command, 'close') as Promise<[number | null]>;
  const [complaint, [code]] = await Promise.all([readText(command.stderr), ended]);
  return { complaint, code };
}

async function postFault(url: string, body: string, type = 'application/json'): Promise<Response> {
  return fetch(url, { method: 'POST', headers: { 'content-type': type }, body });
}

describe('padelvar-edge simulate', () => {
  it('prints its addresses, switches faults, and ends cleanly at Ctrl-C', async () => {
    const command = simulate('--courts', '3', '--user', 'admin', '--password', 'a b');
    const lines = await readUntilReady(command);
    expect(lines.slice(1, 4)).toEqual([
      expect.stringMatching(/^court 1 {2}rtsp {3}rtsp:\/\/admin:a%20b@127\.0\.0\.1:\d+\/court$/),
      expect.stringMatching(/^court 2 {2}mjpeg {2}http:\/\/admin:a%20b@127\.0\.0\.1:\d+\/stream\.mjpg$/),
      expect.stringMatching(/^court 3 {2}still {2}http:\/\/admin:a%20b@127\.0\.0\.1:\d+\/snapshot\.jpg$/),
    ]);
    const control = /http:\S+/.exec(lines[4] ?? '')?.[0] ?? '';
    const still = /127\.0\.0\.1:\d+\S+/.exec(lines[3] ?? '')?.[0] ?? '';
    const url = control.replace('/1/', '/3/');
    expect((await fetch(`http://${still}`)).status).toBe(401);
    expect((await postFault(url, '{"fault":"refuse"}')).status).toBe(200);
    await expect(fetch(`http://${still}`)).rejects.toThrow('fetch failed');
    expect(await (await postFault(url, '{"fault":"fire"}')).json()).toMatchObject({
      kind: 'bad_request',
      errors: [{ field: 'fault' }],
    });
    expect((await postFault(url, '{"fault":"none"}', 'text/plain')).status).toBe(400);
    expect((await postFault(control.replace('/1/', '/9/'), '{"fault":"none"}')).status).toBe(404);
    command.kill('SIGINT');
    expect(await once(command, 'close')).toEqual([0, null]);
  });

  it.each([
    [['--courts', '0'], '--courts: expected a number from 1 to 64'],
    [['--courts', 'rtsp,tv'], '--courts: expected a number from 1 to 64'],
    [['--rtsp-port', 'many'], '--rtsp-port: expected a port from 0 to 65535'],
    [['--speed', '3'], "Unknown option '--speed'"],
  ])('answers %j with what it expected', async (flags, message) => {
    const command = simulate(...flags);
    const { complaint, code } = await readEnd(command);
    expect(complaint).toContain(`padelvar-edge simulate: ${message}`);
    expect(code).toBe(1);
  });

  it('says where it looked for FFmpeg', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'padelvar-simulate-'));
    const command = simulate('--clip-folder', folder, '--ffmpeg', '/no/ffmpeg');
    const { complaint, code } = await readEnd(command);
    expect(complaint).toBe('padelvar-edge simulate: there is no FFmpeg at /no/ffmpeg\n');
    expect(code).toBe(1);
    expect(await readdir(folder)).toEqual([]);
    await rm(folder, { recursive: true });
  });

  it.each(['rtsp', 'mjpeg', 'still', 'control'])('names the flag of a taken %s port', async (kind) => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const port = String((other.address() as AddressInfo).port);
    const command = simulate(`--${kind}-port`, port);
    const { complaint, code } = await readEnd(command);
    other.close();
    expect(complaint).toBe(
      `padelvar-edge simulate: port ${port} on 127.0.0.1 is taken; choose another with --${kind}-port\n`,
    );
    expect(code).toBe(1);
  });
});
