import { type Options, readOptions, USAGE } from './options.js';
import { rollingRestart } from './rolling.js';
import { Round, type RoundReport } from './round.js';
import { Soak } from './soak.js';
import { digest } from './tables.js';
import { say, sayFaults, Theatre } from './theatre.js';

function lineOf(round: number, seed: number, server: string, report: RoundReport): string {
  const { seconds, done, timesResumed, detailsPerMovie, recoverySeconds, faults } = report;
  return [
    `round ${round} seed ${seed} ${server}: ${verdict(faults)}`,
    `${seconds.toFixed(0)} s`,
    `resumed ${timesResumed} times, within ${recoverySeconds.toFixed(1)} s`,
    `${detailsPerMovie.toFixed(3)} details a movie`,
    done.map(({ what }) => what).join(', '),
  ].join('; ');
}

function verdict(faults: readonly string[]): string {
  return faults.length === 0 ? 'ok' : 'FAILED';
}

/** Returns how many rounds failed. */
async function playRounds(theatre: Theatre, { rounds, seed: first }: Options): Promise<number> {
  const reference = await Round.reference(theatre.stage(0));
  const stored = reference.tables.movies?.length ?? 0;
  say(`undisturbed: ${stored} movies in ${reference.requests} requests (${digest(reference.tables)})`);
  let failed = 0;
  for (let round = 1; round <= rounds; round++) {
    const seed = first + round - 1;
    const stage = theatre.stage(seed);
    const report = await Round.disturbed(stage, seed, reference);
    say(lineOf(round, seed, stage.postgres.name, report));
    await sayFaults(`seed-${seed}`, report);
    if (report.faults.length > 0) failed += 1;
  }
  say(
    failed === 0
      ? `All ${rounds} rounds ok: nothing lost, nothing twice.`
      : `${failed} of ${rounds} rounds failed.`,
  );
  return failed;
}

/** Returns on how many servers it failed. */
async function playRolling(theatre: Theatre): Promise<number> {
  let failed = 0;
  for (const stage of theatre.stages) {
    const report = await rollingRestart(stage);
    say(`rolling restart ${stage.postgres.name}: ${verdict(report.faults)}; ${report.summary}`);
    await sayFaults('rolling', report);
    if (report.faults.length > 0) failed += 1;
  }
  return failed;
}

/** Returns on how many servers it failed. */
async function playSoak(theatre: Theatre, minutes: number, seed: number): Promise<number> {
  let failed = 0;
  for (const stage of theatre.stages) {
    const report = await Soak.run(stage, minutes, seed);
    for (const line of report.table) say(line);
    const runs = Object.entries(report.runs).map(([status, count]) => `${count} ${status}`);
    say(
      `soak ${minutes} min seed ${seed} ${stage.postgres.name}: ${verdict(report.faults)}; runs: ${runs.join(', ')}; ` +
        `database restarted ${report.restarts} times`,
    );
    await sayFaults('soak', report);
    if (report.faults.length > 0) failed += 1;
  }
  return failed;
}

async function play(theatre: Theatre, options: Options): Promise<number> {
  if (options.soak !== null) return playSoak(theatre, options.soak, options.seed);
  if (options.rolling) return playRolling(theatre);
  return (await playRounds(theatre, options)) + (await playRolling(theatre));
}

async function main(options: Options): Promise<number> {
  const theatre = await Theatre.open(options);
  const onSignal = (): void => {
    // Of what is still played, parts may fail before anybody waits for them.
    process.on('unhandledRejection', () => undefined);
    void theatre.close().finally(() => process.exit(130));
  };
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  try {
    return (await play(theatre, options)) === 0 ? 0 : 1;
  } finally {
    await theatre.close();
  }
}

/** Null when they can't be understood; what is wrong with them has been said. */
function optionsOrUsage(): Options | null {
  try {
    return readOptions();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}\n`);
    return null;
  }
}

const options = optionsOrUsage();
if (options?.help === true) say(USAGE);
else process.exitCode = options === null ? 2 : await main(options);
