import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { asks } from './benches/asks.js';
import { budget } from './benches/budget.js';
import { growth } from './benches/growth.js';
import { open } from './benches/open.js';
import { serve } from './benches/serve.js';
import { start } from './benches/start.js';
import { upsert } from './benches/upsert.js';
import { v3 } from './benches/v3.js';
import { type Bench, WrongAnswer } from './harness/bench.js';
import { Closing } from './harness/closing.js';
import { Lab } from './harness/lab.js';
import { table } from './harness/report.js';
import { type Result, runBench } from './harness/runner.js';
import { buildRef, NOW } from './harness/target.js';

/** Those with large databases come last: PostgreSQL goes on working on them for a while. */
const BENCHES: readonly Bench[] = [budget, v3, asks, open, serve, start, upsert, growth];
const USAGE = `Usage: npm run bench [-- [${BENCHES.map(({ name }) => name).join('|')} …] [--against <git ref>]]\n`;

/** Progress, beside the results. */
function say(text: string): void {
  process.stderr.write(text);
}

function chosen(names: readonly string[]): readonly Bench[] {
  const benches = BENCHES.filter(({ name }) => names.length === 0 || names.includes(name));
  const known = new Set(benches.map(({ name }) => name));
  const unknown = names.filter((name) => !known.has(name));
  if (unknown.length > 0) throw new TypeError(`There is no bench ${unknown.join(', ')}.`);
  return benches;
}

function options(): { benches: readonly Bench[]; against: string | null } {
  try {
    const { values, positionals } = parseArgs({
      options: { against: { type: 'string' } },
      allowPositionals: true,
    });
    return { benches: chosen(positionals), against: values.against ?? null };
  } catch (error) {
    say(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
    process.exit(2);
  }
}

async function measure(closing: Closing): Promise<boolean> {
  const { benches, against } = options();
  const lab = await Lab.open(closing);
  const targets = against === null ? [NOW] : [await buildRef(against, lab.folder, closing), NOW];
  const results: Result[] = [];
  let isRight = true;
  for (const bench of benches) {
    say(`${bench.name}: ${bench.about}\n`);
    try {
      results.push(...(await runBench(bench, targets, lab, say)));
    } catch (error) {
      if (!(error instanceof WrongAnswer)) throw error;
      isRight = false;
      say(`${bench.name} FAILED: ${error.message}\n`);
    }
  }
  process.stdout.write(`${table(results, against)}\n\n`);
  const machine = {
    node: process.version,
    platform: process.platform,
    cpus: cpus().map(({ model }) => model),
  };
  process.stdout.write(`${JSON.stringify({ machine, against, results })}\n`);
  return isRight;
}

const closing = new Closing();
const interrupt = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (interrupt.signal.aborted) return;
    interrupt.abort();
    say('Stopping; what was started is ended.\n');
    void closing.close().finally(() => process.exit(130));
  });
}
try {
  process.exitCode = (await measure(closing)) ? 0 : 1;
} catch (error) {
  // What is ended under a bench fails it.
  if (!interrupt.signal.aborted)
    say(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
} finally {
  if (!interrupt.signal.aborted) await closing.close();
}
