import { setTimeout as sleep } from 'node:timers/promises';
import { Dice } from './built.js';
import { disturb, type Disturbance, type Done, EVERYDAY_FAULTS, planned } from './disturbances.js';
import { faultsOfRun, Fleet, type RunRow, type Stage } from './fleet.js';
import type { Replica } from './replica.js';
import { differences, readTables, type Tables } from './tables.js';

/** What a run came to that nobody disturbed. */
export interface Reference {
  readonly tables: Tables;
  /** Requests that the sandbox had. */
  readonly requests: number;
}

export interface RoundReport {
  readonly seconds: number;
  readonly done: readonly Done[];
  readonly timesResumed: number;
  /** Whole detail answers for each movie. */
  readonly detailsPerMovie: number;
  /** The longest that the run was without a worker; 0: it never was. */
  readonly recoverySeconds: number;
  /** What is not as it should be; nothing, if all is well. */
  readonly faults: readonly string[];
  /** What the processes printed. */
  readonly logs: Readonly<Record<string, string>>;
}

const RECOVERY_SECONDS = 30;
const MOST_DETAILS_PER_MOVIE = 1.1;
/** So few that a run lasts long enough to be disturbed. */
const REQUESTS_PER_SECOND = 100;

/** One run on an empty database: from the start of all processes to the end of the last. */
export class Round {
  private constructor(
    private readonly stage: Stage,
    private readonly fleet: Fleet,
  ) {}

  /** Undisturbed. @throws Error when it does not succeed even so */
  static async reference(stage: Stage): Promise<Reference> {
    const fleet = await Fleet.withWorkers(stage, REQUESTS_PER_SECOND);
    try {
      const run = await fleet.end(await fleet.triggerWide());
      if (run.status !== 'SUCCESS')
        throw new Error(`Undisturbed, the run ended ${run.status}: ${run.error_message ?? ''}`);
      return {
        tables: await readTables(stage.postgres.url),
        requests: (await stage.sandbox.counters()).requests,
      };
    } finally {
      await fleet.stop();
    }
  }

  /** Disturbed as the seed has it. */
  static async disturbed(stage: Stage, seed: number, reference: Reference): Promise<RoundReport> {
    const begun = performance.now();
    const fleet = await Fleet.withWorkers(stage, REQUESTS_PER_SECOND);
    const round = new Round(stage, fleet);
    const faults: string[] = [];
    const done: Done[] = [];
    let run: RunRow | null = null;
    try {
      await stage.sandbox.setFaults(EVERYDAY_FAULTS);
      const id = await fleet.triggerWide();
      const over = new AbortController();
      const disturbing = round.disturbAll(planned(new Dice(seed, 7)), reference.requests, over.signal, done);
      try {
        run = await fleet.end(id);
      } finally {
        over.abort();
        faults.push(...(await disturbing));
      }
      faults.push(...faultsOfRun(run, reference.tables), ...(await fleet.faultsOfQueue()));
      faults.push(...differences(reference.tables, await readTables(stage.postgres.url)));
    } catch (error) {
      faults.push(error instanceof Error ? error.message : String(error));
    }
    faults.push(...(await fleet.stop()));
    const { details } = await stage.sandbox.counters();
    const detailsPerMovie = details / (reference.tables.movies?.length ?? 1);
    if (detailsPerMovie > MOST_DETAILS_PER_MOVIE) faults.push(`TMDB gave ${details} details.`);
    const recoverySeconds = recovery(fleet.workers, done);
    if (recoverySeconds > RECOVERY_SECONDS)
      faults.push(`The run was ${recoverySeconds.toFixed(1)} s without a worker.`);
    return {
      seconds: (performance.now() - begun) / 1_000,
      ...{ done, detailsPerMovie, recoverySeconds, faults, timesResumed: run?.times_resumed ?? 0 },
      logs: fleet.logs,
    };
  }

  /** Each at its time, until the run is over; then all is as it was before. Returns what went wrong. */
  private async disturbAll(
    plan: readonly Disturbance[],
    requests: number,
    over: AbortSignal,
    done: Done[],
  ): Promise<string[]> {
    const faults: string[] = [];
    const under: Promise<void>[] = [];
    for (const what of plan) {
      while (!over.aborted && (await this.stage.sandbox.counters()).requests < what.at * requests)
        await sleep(50);
      if (over.aborted) break;
      under.push(
        disturb(what, { ...this.stage, workers: this.fleet.workers }).then(
          (one) => {
            done.push(one);
          },
          (error: unknown) => {
            faults.push(`${what.kind}: ${String(error)}`);
          },
        ),
      );
    }
    await Promise.all(under);
    return faults;
  }
}

function recovery(workers: readonly Replica[], done: readonly Done[]): number {
  const takings = workers.flatMap((worker) => worker.takings).sort((a, b) => a - b);
  const gaps = done.map(({ bereavedAt }) => {
    const next = takings.find((at) => bereavedAt !== null && at > bereavedAt);
    return bereavedAt === null || next === undefined ? 0 : (next - bereavedAt) / 1_000;
  });
  return Math.max(0, ...gaps);
}
