import { Harness, print, reportFailures } from './harness.js';
import { type Options, readOptions, USAGE } from './options.js';
import { rollingRestart } from './rolling-restart.js';
import { Round, type RoundReport } from './round.js';
import { Soak } from './soak.js';
import { digest } from './tables.js';

function roundLine(round: number, seed: number, server: string, report: RoundReport): string {
  const { seconds, injected, timesResumed, detailsPerMovie, recoverySeconds, failures } = report;
  return [
    `round ${round} seed ${seed} ${server}: ${verdict(failures)}`,
    `${seconds.toFixed(0)} s`,
    `resumed ${timesResumed} times, longest recovery ${recoverySeconds.toFixed(1)} s`,
    `${detailsPerMovie.toFixed(3)} details per movie`,
    injected.map(({ description }) => description).join(', '),
  ].join('; ');
}

function verdict(failures: readonly string[]): string {
  return failures.length === 0 ? 'ok' : 'FAILED';
}

/** Returns the number of failed rounds. */
async function runRounds(harness: Harness, { rounds, seed: firstSeed }: Options): Promise<number> {
  const reference = await Round.reference(harness.environment(0));
  const stored = reference.tables.movies?.length ?? 0;
  print(`without faults: ${stored} movies, ${reference.requests} requests (${digest(reference.tables)})`);
  let failed = 0;
  for (let round = 1; round <= rounds; round++) {
    const seed = firstSeed + round - 1;
    const environment = harness.environment(seed);
    const report = await Round.withFaults(environment, seed, reference);
    print(roundLine(round, seed, environment.postgres.name, report));
    await reportFailures(`seed-${seed}`, report);
    if (report.failures.length > 0) failed += 1;
  }
  print(
    failed === 0
      ? `All ${rounds} rounds passed: no row is missing or duplicated.`
      : `${failed} of ${rounds} rounds failed.`,
  );
  return failed;
}

/** Returns the number of servers on which it failed. */
async function runRollingRestart(harness: Harness): Promise<number> {
  let failed = 0;
  for (const environment of harness.environments) {
    const report = await rollingRestart(environment);
    print(`rolling restart ${environment.postgres.name}: ${verdict(report.failures)}; ${report.summary}`);
    await reportFailures('rolling', report);
    if (report.failures.length > 0) failed += 1;
  }
  return failed;
}

/** Returns the number of servers on which it failed. */
async function runSoak(harness: Harness, minutes: number, seed: number): Promise<number> {
  let failed = 0;
  for (const environment of harness.environments) {
    const report = await Soak.run(environment, minutes, seed);
    for (const line of report.table) print(line);
    const runs = Object.entries(report.runs).map(([status, count]) => `${count} ${status}`);
    print(
      `soak ${minutes} min seed ${seed} ${environment.postgres.name}: ${verdict(report.failures)}; ` +
        `runs: ${runs.join(', ')}; database restarts: ${report.databaseRestarts}`,
    );
    await reportFailures('soak', report);
    if (report.failures.length > 0) failed += 1;
  }
  return failed;
}

async function run(harness: Harness, options: Options): Promise<number> {
  if (options.soak !== null) return runSoak(harness, options.soak, options.seed);
  if (options.rolling) return runRollingRestart(harness);
  return (await runRounds(harness, options)) + (await runRollingRestart(harness));
}

async function main(options: Options): Promise<number> {
  const harness = await Harness.open(options);
  const onSignal = (): void => {
    // Closing the harness makes the running test fail, also in promises that nothing awaits yet.
    process.on('unhandledRejection', () => undefined);
    void harness.close().finally(() => process.exit(130));
  };
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  try {
    return (await run(harness, options)) === 0 ? 0 : 1;
  } finally {
    await harness.close();
  }
}

/** Returns null, and prints the reason, when the options are invalid. */
function optionsOrNull(): Options | null {
  try {
    return readOptions();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}\n`);
    return null;
  }
}

const options = optionsOrNull();
if (options?.help === true) print(USAGE);
else process.exitCode = options === null ? 2 : await main(options);
