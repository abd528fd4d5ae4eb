import { Dice } from './built.js';
import { Cluster, type Environment, RUN_SECONDS } from './cluster.js';
import {
  BACKGROUND_FAULTS,
  injectFault,
  type InjectedFault,
  planFaults,
  type PlannedFault,
} from './faults.js';
import { runFailures, type RunRow } from './full-catalogue-run.js';
import { pollUntil } from './poll-until.js';
import type { Replica } from './replica.js';
import { differences, readTables, type Tables } from './tables.js';

/** What a run without faults stores. */
export interface Reference {
  readonly tables: Tables;
  /** Requests that the sandbox received. */
  readonly requests: number;
}

export interface RoundReport {
  readonly seconds: number;
  readonly injected: readonly InjectedFault[];
  readonly timesResumed: number;
  /** Complete detail responses per movie. */
  readonly detailsPerMovie: number;
  /** The longest time that the run was without a leaseholder; 0 when it always had one. */
  readonly recoverySeconds: number;
  /** Empty when every check passed. */
  readonly failures: readonly string[];
  /** Each replica's output by its name. */
  readonly logs: Readonly<Record<string, string>>;
}

const MAX_RECOVERY_SECONDS = 30;
const MAX_DETAILS_PER_MOVIE = 1.1;
/** Low enough that a run lasts until its last fault. */
const REQUESTS_PER_SECOND = 100;

/** One run on an empty database, from the start of all processes to the exit of the last. */
export class Round {
  private constructor(
    private readonly environment: Environment,
    private readonly cluster: Cluster,
  ) {}

  /** Without faults. @throws Error when the run does not succeed */
  static async reference(environment: Environment): Promise<Reference> {
    const cluster = await Cluster.withWorkers(environment, REQUESTS_PER_SECOND);
    try {
      const run = await cluster.endOfRun(await cluster.triggerFullCatalogue());
      if (run.status !== 'SUCCESS')
        throw new Error(`The run without faults ended ${run.status}: ${run.error_message ?? ''}`);
      return {
        tables: await readTables(environment.postgres.url),
        requests: (await environment.sandbox.counters()).requests,
      };
    } finally {
      await cluster.stop();
    }
  }

  /** With the faults that the seed determines. */
  static async withFaults(
    environment: Environment,
    seed: number,
    reference: Reference,
  ): Promise<RoundReport> {
    const started = performance.now();
    const cluster = await Cluster.withWorkers(environment, REQUESTS_PER_SECOND);
    const injected: InjectedFault[] = [];
    const { run, failures } = await new Round(environment, cluster).run(seed, reference, injected);
    failures.push(...(await cluster.stop()));
    const { details } = await environment.sandbox.counters();
    const detailsPerMovie = details / (reference.tables.movies?.length ?? 1);
    if (detailsPerMovie > MAX_DETAILS_PER_MOVIE)
      failures.push(`TMDB sent ${details} details, ${detailsPerMovie.toFixed(3)} per movie.`);
    const recoverySeconds = longestRecovery(cluster.workers, injected);
    if (recoverySeconds > MAX_RECOVERY_SECONDS)
      failures.push(`The run was without a leaseholder for ${recoverySeconds.toFixed(1)} s.`);
    return {
      seconds: (performance.now() - started) / 1_000,
      ...{ injected, detailsPerMovie, recoverySeconds, failures, timesResumed: run?.times_resumed ?? 0 },
      logs: cluster.logs,
    };
  }

  /** Adds to `injected`, which stays complete when a check throws. */
  private async run(
    seed: number,
    reference: Reference,
    injected: InjectedFault[],
  ): Promise<{ readonly run: RunRow | null; readonly failures: string[] }> {
    const failures: string[] = [];
    let run: RunRow | null = null;
    try {
      await this.environment.sandbox.setFaults(BACKGROUND_FAULTS);
      const id = await this.cluster.triggerFullCatalogue();
      const runEnded = new AbortController();
      const plan = planFaults(new Dice(seed, 7));
      const injecting = this.injectFaults(plan, reference.requests, runEnded.signal, injected);
      try {
        run = await this.cluster.endOfRun(id);
      } finally {
        runEnded.abort();
        failures.push(...(await injecting));
      }
      failures.push(...runFailures(run, reference.tables), ...(await this.cluster.queueFailures()));
      failures.push(...differences(reference.tables, await readTables(this.environment.postgres.url)));
    } catch (error) {
      failures.push(error instanceof Error ? error.message : String(error));
    }
    return { run, failures };
  }

  /** Injects each fault at its time, until the run ends. Returns, once all are reverted, those that could not be injected. */
  private async injectFaults(
    plan: readonly PlannedFault[],
    expectedRequests: number,
    runEnded: AbortSignal,
    injected: InjectedFault[],
  ): Promise<string[]> {
    const failures: string[] = [];
    const underway: Promise<void>[] = [];
    for (const fault of plan) {
      await this.reached(fault.at * expectedRequests, runEnded);
      if (runEnded.aborted) break;
      underway.push(
        injectFault(fault, { ...this.environment, workers: this.cluster.workers }).then(
          (result) => {
            injected.push(result);
          },
          (error: unknown) => {
            failures.push(`${fault.kind}: ${String(error)}`);
          },
        ),
      );
    }
    await Promise.all(underway);
    return failures;
  }

  /** Waits until the sandbox has received that many requests or the run has ended. */
  private async reached(requests: number, runEnded: AbortSignal): Promise<void> {
    const { sandbox } = this.environment;
    await pollUntil(async () => runEnded.aborted || (await sandbox.counters()).requests >= requests, {
      seconds: RUN_SECONDS,
      what: `the sandbox has received ${Math.ceil(requests)} requests`,
    });
  }
}

function longestRecovery(workers: readonly Replica[], injected: readonly InjectedFault[]): number {
  const acquisitions = workers.flatMap((worker) => worker.leaseAcquisitions).sort((a, b) => a - b);
  const gaps = injected.map(({ leaseholderLostAt: lostAt }) => {
    const next = acquisitions.find((at) => lostAt !== null && at > lostAt);
    return lostAt === null || next === undefined ? 0 : (next - lostAt) / 1_000;
  });
  return Math.max(0, ...gaps);
}
