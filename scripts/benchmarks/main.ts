/** `./scripts/bench NAME`: runs one benchmark; without a name it lists them. Ctrl-C ends a run and leaves nothing behind. */
import { benchPortal } from './portal.ts';
import { benchRecord } from './record.ts';

interface Benchmark {
  name: string;
  what: string;
  run: (argv: string[], signal: AbortSignal) => Promise<void>;
}

const BENCHMARKS: readonly Benchmark[] = [
  {
    name: 'record',
    what: 'CPU, memory, frames and delays of recording, beside bare stream copies and a transcoding court',
    run: benchRecord,
  },
  {
    name: 'delivery',
    what: 'from the stop of a match to its being ready, over slow and fast uplinks',
    // It brings a whole portal along.
    run: async (...rest) => (await import('./delivery.ts')).benchDelivery(...rest),
  },
  {
    name: 'portal',
    what: 'answers to many at once with a large library, and what the court page costs a phone',
    run: benchPortal,
  },
];

const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => interruption.abort(new Error(`interrupted by ${signal}`)));
}
const [name, ...argv] = process.argv.slice(2);
const benchmark = BENCHMARKS.find((candidate) => candidate.name === name);
if (name === undefined) {
  process.stdout.write(listBenchmarks());
} else if (benchmark === undefined) {
  process.stderr.write(`bench: expected the name of a benchmark, found ${name}\n\n${listBenchmarks()}`);
  process.exitCode = 1;
} else {
  try {
    await benchmark.run(argv, interruption.signal);
  } catch (error) {
    process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = interruption.signal.aborted ? 130 : 1;
  }
}

function listBenchmarks(): string {
  const rows = BENCHMARKS.map(({ name: title, what }) => `  ${title.padEnd(10)} ${what}`);
  return `Benchmarks:\n${rows.join('\n')}\n`;
}
