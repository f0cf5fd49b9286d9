/** Debian's WebKitGTK, driven by W3C WebDriver on a display in memory: what Safari's engine makes of pages and movies. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort, poll } from '../../scripts/system/processes.ts';
import { untilFound } from './driven-browser.ts';
import type { DrivenBrowser } from './driven-browser.ts';

/** The key that stands for an element's id in WebDriver (W3C WebDriver, 12.1). */
const ELEMENT_KEY = 'element-6066-11e4-a52e-4f735466cecf';
const START_MS = 20_000;

export interface WebKitOptions {
  /** Host and port of a SOCKS5 proxy that all goes through. */
  socksProxy?: string;
}

export async function openWebKit({ socksProxy }: WebKitOptions = {}): Promise<DrivenBrowser> {
  const folder = await mkdtemp(join(tmpdir(), 'padelvar-webkit-'));
  const downloads = join(folder, 'downloads');
  await mkdir(downloads);
  await mkdir(join(folder, '.config'));
  await writeFile(join(folder, '.config', 'user-dirs.dirs'), `XDG_DOWNLOAD_DIR="${downloads}"\n`);
  const screen = spawn('Xvfb', ['-displayfd', '1', '-screen', '0', '1280x900x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [display] = (await once(screen.stdout, 'data')) as [Buffer];
  const port = await findFreePort();
  const driver = spawn('WebKitWebDriver', [`--port=${String(port)}`, '--host=127.0.0.1'], {
    env: {
      ...process.env,
      ...{ DISPLAY: `:${display.toString().trim()}`, HOME: folder, XDG_RUNTIME_DIR: folder },
    },
    stdio: 'ignore',
  });
  const call = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const json = { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    const answer = await fetch(`http://127.0.0.1:${String(port)}${path}`, {
      method,
      ...(body === undefined ? {} : json),
    });
    const { value } = (await answer.json()) as { value: T & { error?: string; message?: string } };
    if (!answer.ok) throw new Error(`${method} ${path}: ${value.error ?? ''}: ${value.message ?? ''}`);
    return value;
  };
  const started = await poll(START_MS, () =>
    call<{ ready: boolean }>('GET', '/status').catch(() => undefined),
  );
  if (started === undefined) throw new Error('expected WebKitWebDriver to answer');
  const { sessionId } = await call<{ sessionId: string }>('POST', '/session', {
    capabilities: {
      // WebKitGTK's driver takes a `socksProxy` for addresses that begin with `socks:`, and asks all others itself.
      alwaysMatch:
        socksProxy === undefined
          ? {}
          : { 'webkitgtk:browserOptions': { args: ['--automation', `--proxy=socks5://${socksProxy}`] } },
    },
  });
  const session = `/session/${sessionId}`;
  const find = (selector: string): Promise<string> =>
    untilFound(selector, async () => {
      const query = { using: 'css selector', value: selector };
      return (await call<Record<string, string>>('POST', `${session}/element`, query))[ELEMENT_KEY];
    });
  return {
    downloads,
    open: (url) => call('POST', `${session}/url`, { url }),
    type: async (selector, text) =>
      call('POST', `${session}/element/${await find(selector)}/value`, { text }),
    click: async (selector) => call('POST', `${session}/element/${await find(selector)}/click`, {}),
    run: (body, ...values) => call('POST', `${session}/execute/async`, { script: body, args: values }),
    async close() {
      await call('DELETE', session).catch(() => undefined);
      await Promise.all([end(driver), end(screen)]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill();
  await ended;
}
