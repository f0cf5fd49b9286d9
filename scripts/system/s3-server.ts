/** A real S3 server for tests and benchmarks: OpenStack Swift from Debian's packages, see `s3_server.py`. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startProgram } from './processes.ts';
import type { Program } from './processes.ts';

const START_MS = 60_000;

export interface S3Server {
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** SIGKILL of all its processes at once, then a start on the same port with what had been stored. */
  killAndRestart(): Promise<void>;
  kill(): Promise<void>;
  restart(): Promise<void>;
  /** Ends it and removes what it stored. */
  close(): Promise<void>;
}

export async function startS3Server(): Promise<S3Server> {
  const folder = await mkdtemp(join(tmpdir(), 'padelvar-s3-'));
  let program: Program;
  const start = async (): Promise<string> => {
    program = startProgram({
      name: 'S3 server',
      command: '/usr/bin/python3',
      arguments: [join(import.meta.dirname, 's3_server.py'), folder],
      logPath: join(folder, 'server.log'),
    });
    const [, port = ''] = await program.waitFor(/^ready (\d+)$/m, START_MS);
    return port;
  };
  const port = await start().catch(async (error: unknown) => {
    await rm(folder, { recursive: true, force: true });
    throw error;
  });
  const restart = async (): Promise<void> => {
    await start();
  };
  return {
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    accessKeyId: 'test:tester',
    secretAccessKey: 'testing',
    kill: () => program.kill(),
    restart,
    async killAndRestart() {
      await program.kill();
      await restart();
    },
    async close() {
      await program.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
