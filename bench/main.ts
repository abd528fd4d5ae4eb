import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { budget } from './benches/budget.js';
import { exportMovies } from './benches/export.js';
import { floods } from './benches/floods.js';
import { growth } from './benches/growth.js';
import { read } from './benches/read.js';
import { requests } from './benches/requests.js';
import { serve } from './benches/serve.js';
import { start } from './benches/start.js';
import { throughput } from './benches/throughput.js';
import { upsert } from './benches/upsert.js';
import { v3 } from './benches/v3.js';
import { type Bench, WrongResult } from './harness/bench.js';
import { Cleanup } from './harness/cleanup.js';
import { Environment } from './harness/environment.js';
import { table } from './harness/report.js';
import { type Result, runBench } from './harness/runner.js';
import { buildRef, NOW } from './harness/target.js';

/** Those with large databases come last, because PostgreSQL's background work outlasts them. */
const BENCHES: readonly Bench[] = [
  budget,
  v3,
  requests,
  throughput,
  serve,
  floods,
  start,
  upsert,
  exportMovies,
  growth,
  read,
];
const USAGE = `Usage: npm run bench [-- [${BENCHES.map(({ name }) => name).join('|')} …] [--against <git ref>]]\n`;

/** Progress goes to standard error, results to standard output. */
function log(text: string): void {
  process.stderr.write(text);
}

function select(names: readonly string[]): readonly Bench[] {
  const benches = BENCHES.filter(({ name }) => names.length === 0 || names.includes(name));
  const known = new Set(benches.map(({ name }) => name));
  const unknown = names.filter((name) => !known.has(name));
  if (unknown.length > 0) throw new TypeError(`Unknown bench: ${unknown.join(', ')}.`);
  return benches;
}

function readOptions(): { benches: readonly Bench[]; against: string | null } {
  try {
    const { values, positionals } = parseArgs({
      options: { against: { type: 'string' } },
      allowPositionals: true,
    });
    return { benches: select(positionals), against: values.against ?? null };
  } catch (error) {
    log(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
    process.exit(2);
  }
}

/** Returns whether every bench did its work. A missed goal is no failure. */
async function runBenches(cleanup: Cleanup): Promise<boolean> {
  const { benches, against } = readOptions();
  const environment = await Environment.open(cleanup);
  const targets = against === null ? [NOW] : [await buildRef(against, environment.folder, cleanup), NOW];
  const results: Result[] = [];
  let isCorrect = true;
  for (const bench of benches) {
    log(`${bench.name}: ${bench.about}\n`);
    try {
      results.push(...(await runBench(bench, targets, environment, log)));
    } catch (error) {
      if (!(error instanceof WrongResult)) throw error;
      isCorrect = false;
      log(`${bench.name} FAILED: ${error.message}\n`);
    }
  }
  process.stdout.write(`${table(results, against)}\n\n`);
  const machine = {
    node: process.version,
    platform: process.platform,
    cpus: cpus().map(({ model }) => model),
  };
  process.stdout.write(`${JSON.stringify({ machine, against, results })}\n`);
  return isCorrect;
}

const cleanup = new Cleanup();
const interrupt = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (interrupt.signal.aborted) return;
    interrupt.abort();
    log('Stopping and cleaning up.\n');
    void cleanup.close().finally(() => process.exit(130));
  });
}
try {
  process.exitCode = (await runBenches(cleanup)) ? 0 : 1;
} catch (error) {
  // The cleanup of an interrupt makes the running bench fail.
  if (!interrupt.signal.aborted)
    log(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
} finally {
  if (!interrupt.signal.aborted) await cleanup.close();
}
