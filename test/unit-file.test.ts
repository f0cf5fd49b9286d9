/** The edge's unit file, checked by systemd itself against this checkout. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');

test('systemd finds nothing wrong with the unit of the edge, and a restart of the daemon leaves FFmpeg alone', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'padelvar-unit-'));
  try {
    const unit = await readFile(join(root, 'systemd', 'padelvar-edge.service'), 'utf8');
    const path = join(folder, 'padelvar-edge.service');
    await writeFile(path, unit.replaceAll('/opt/padelvar', root));
    const { stdout, stderr } = await promisify(execFile)('systemd-analyze', ['verify', '--man=no', path]);
    expect(`${stdout}${stderr}`.split('\n').filter((line) => line.includes('padelvar-edge'))).toEqual([]);
    expect(unit).toMatch(/^KillMode=process$/m);
    expect(unit).toMatch(/^RuntimeDirectoryPreserve=yes$/m);
    // As the whole machine's: a process can't choose for its own connections.
    expect(unit).toMatch(/^ExecStartPre=-\+.*echo bbr > \/proc\/sys\/net\/ipv4\/tcp_congestion_control'$/m);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
