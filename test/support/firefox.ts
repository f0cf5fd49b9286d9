/** Debian's Firefox, driven by W3C WebDriver BiDi over its own WebSocket: no driver program is needed. */
import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { WebSocket } from 'ws';
import { untilFound } from './driven-browser.ts';
import type { DrivenBrowser } from './driven-browser.ts';

interface Answer {
  id?: number;
  type: 'success' | 'error' | 'event';
  result?: unknown;
  message?: string;
}

type Call = <T>(method: string, parameters: Record<string, unknown>) => Promise<T>;

/** Files are saved without a question. */
const SAVING = {
  'browser.download.folderList': 2,
  'browser.download.always_ask_before_handling_new_types': false,
};

export async function openFirefox(): Promise<DrivenBrowser> {
  const profile = await mkdtemp(join(tmpdir(), 'padelvar-firefox-'));
  const downloads = join(profile, 'downloads');
  await mkdir(downloads);
  await writeFile(
    join(profile, 'user.js'),
    formatPreferences({ ...SAVING, 'browser.download.dir': downloads }),
  );
  const flags = ['--headless', '--no-remote', '--profile', profile, '--remote-debugging-port', '0'];
  const firefox = spawn('firefox-esr', flags, {
    env: { ...process.env, HOME: profile },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const socket = new WebSocket(`${await readAddress(firefox)}/session`);
  await once(socket, 'open');
  const call = createCall(socket);
  await call('session.new', { capabilities: {} });
  const { contexts } = await call<{ contexts: { context: string }[] }>('browsingContext.getTree', {});
  const context = contexts[0]?.context ?? '';

  const locate = (selector: string): Promise<string> =>
    untilFound(selector, async () => {
      const locator = { type: 'css', value: selector };
      const { nodes } = await call<{ nodes: { sharedId: string }[] }>('browsingContext.locateNodes', {
        context,
        locator,
      });
      return nodes[0]?.sharedId;
    });
  const click = async (selector: string): Promise<void> => {
    const element = { sharedId: await locate(selector) };
    await call('script.callFunction', {
      functionDeclaration: `(element) => element.scrollIntoView({ block: 'center' })`,
      ...{ arguments: [element], awaitPromise: true, target: { context } },
    });
    const origin = { type: 'element', element };
    const pointer = [
      { type: 'pointerMove', x: 0, y: 0, origin },
      { type: 'pointerDown', button: 0 },
      { type: 'pointerUp', button: 0 },
    ];
    await call('input.performActions', {
      context,
      actions: [{ type: 'pointer', id: 'mouse', actions: pointer }],
    });
  };
  return {
    downloads,
    async open(url) {
      await call('browsingContext.navigate', { context, url, wait: 'complete' });
    },
    click,
    async type(selector, text) {
      await click(selector);
      const keys = Array.from(text).flatMap((value) => [
        { type: 'keyDown', value },
        { type: 'keyUp', value },
      ]);
      await call('input.performActions', {
        context,
        actions: [{ type: 'key', id: 'keyboard', actions: keys }],
      });
    },
    async run(body, ...values) {
      const { result, exceptionDetails } = await call<{
        result?: { value: string };
        exceptionDetails?: { text: string };
      }>('script.callFunction', {
        functionDeclaration: `(...values) => new Promise((done) => { (function () { ${body} })(...values, done); }).then(JSON.stringify)`,
        arguments: values.map((value) => ({ type: typeof value, value })),
        awaitPromise: true,
        target: { context },
      });
      if (result === undefined) throw new Error(exceptionDetails?.text ?? 'expected an answer of the page');
      return JSON.parse(result.value) as never;
    },
    async close() {
      socket.close();
      const ended = once(firefox, 'exit');
      if (firefox.exitCode === null && firefox.kill()) await ended;
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function formatPreferences(preferences: Readonly<Record<string, string | number | boolean>>): string {
  const lines = Object.entries(preferences).map(
    ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`,
  );
  return lines.join('');
}

/** Where it says that it listens. */
function readAddress({ stderr }: ChildProcessByStdio<null, null, Readable>): Promise<string> {
  let said = '';
  return new Promise((resolve, reject) => {
    stderr.on('data', (text: Buffer) => {
      said += text.toString();
      const address = /WebDriver BiDi listening on (ws:\/\/\S+)/.exec(said)?.[1];
      if (address !== undefined) resolve(address);
    });
    stderr.once('end', () => reject(new Error(`expected Firefox to listen; it said: ${said}`)));
  });
}

function createCall(socket: WebSocket): Call {
  const waiting = new Map<number, (answer: Answer) => void>();
  let last = 0;
  socket.on('message', (data: Buffer) => {
    const answer = JSON.parse(data.toString()) as Answer;
    if (answer.id !== undefined) waiting.get(answer.id)?.(answer);
  });
  return (method, params) =>
    new Promise((resolve, reject) => {
      const id = (last += 1);
      waiting.set(id, ({ type, result, message }) => {
        waiting.delete(id);
        if (type === 'error') reject(new Error(`${method}: ${message ?? ''}`));
        else resolve(result as never);
      });
      socket.send(JSON.stringify({ id, method, params }));
    });
}
