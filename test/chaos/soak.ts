import { setTimeout as sleep } from 'node:timers/promises';
import { Dice } from './built.js';
import { Cluster, type Environment } from './cluster.js';
import { BACKGROUND_FAULTS, type FaultTargets, injectFault } from './faults.js';
import { fullCatalogueRun } from './full-catalogue-run.js';
import { pollUntil } from './poll-until.js';
import { query } from './postgres.js';
import { metricsOf, takeSample } from './resource-samples.js';
import { type Sample, trendOf } from './trend.js';

export interface SoakReport {
  /** Lines: the resources that the processes and the database used, by quarters of the time. */
  readonly table: readonly string[];
  /** The number of runs by status. */
  readonly runs: Readonly<Record<string, number>>;
  readonly databaseRestarts: number;
  /** Empty when every check passed. */
  readonly failures: readonly string[];
  /** Each replica's output by its name. */
  readonly logs: Readonly<Record<string, string>>;
}

const REQUESTS_PER_SECOND = 100;
const SAMPLE_SECONDS = 10;
const RESTART_SECONDS = 180;
const TRIGGER_SECONDS = 90;

/** Back-to-back runs in processes that never restart, while TMDB and the database fail at times. */
export class Soak {
  private readonly failures: string[] = [];
  private readonly samples: Sample[] = [];
  private readonly timeUp = new AbortController();
  private databaseRestarts = 0;

  private constructor(
    private readonly environment: Environment,
    private readonly cluster: Cluster,
    private readonly seconds: number,
    private readonly dice: { readonly runs: Dice; readonly responses: Dice },
  ) {}

  static async run(environment: Environment, minutes: number, seed: number): Promise<SoakReport> {
    const cluster = await Cluster.withWorkers(environment, REQUESTS_PER_SECOND);
    const soak = new Soak(environment, cluster, 60 * minutes, {
      runs: new Dice(seed, 8),
      responses: new Dice(seed, 9),
    });
    try {
      await environment.sandbox.setFaults(BACKGROUND_FAULTS);
      await soak.runAll();
      soak.failures.push(...(await cluster.queueFailures()));
    } finally {
      soak.failures.push(...(await cluster.stop()));
    }
    const { table, failures } = trendOf(soak.samples, metricsOf(cluster.replicas));
    const runs = await soak.runsByStatus();
    failures.push(...soak.failures);
    return { table, runs, failures, databaseRestarts: soak.databaseRestarts, logs: cluster.logs };
  }

  private async runAll(): Promise<void> {
    const pids = this.cluster.replicas.map(({ pid }) => pid);
    const timer = this.pause(this.seconds).then(() => {
      this.timeUp.abort();
    });
    await Promise.all([
      timer,
      this.repeat(() => this.oneRun()),
      this.repeat(() => this.failResponses()),
      this.repeat(() => this.restartDatabase()),
      this.repeat(() => this.sample()),
    ]);
    this.cluster.replicas.forEach(({ name, pid }, index) => {
      if (pid !== pids[index]) this.failures.push(`${name} exited during the soak test.`);
    });
  }

  /** Repeats the task until the time is up. Every error is a failure of the test. */
  private async repeat(task: () => Promise<void>): Promise<void> {
    while (!this.timeUp.signal.aborted) {
      await task().catch((error: unknown) => {
        this.failures.push(String(error));
      });
    }
  }

  /** Three in four runs enrich every movie; the others are daily runs in which no movie is due. */
  private async oneRun(): Promise<void> {
    const body = this.dice.runs.chance(0.75)
      ? fullCatalogueRun(this.environment.movies)
      : { update_type: 'daily' };
    // The trigger fails while the database restarts.
    const id = await pollUntil(() => this.cluster.trigger(body), {
      seconds: TRIGGER_SECONDS,
      what: 'a run is triggered',
    });
    await this.cluster.endOfRun(id);
  }

  private async failResponses(): Promise<void> {
    await this.pause(this.dice.responses.int(20, 60));
    if (this.timeUp.signal.aborted) return;
    const kind = this.dice.responses.chance(0.5) ? 'storm' : 'truncate';
    const seconds = this.dice.responses.int(2, 8);
    await injectFault({ kind, at: 0, worker: 0, seconds }, this.targets);
  }

  /**
   * A clean restart: a crash makes PostgreSQL forget its free space map, and until the next vacuum new rows would extend
   * the tables, which the trend would report as growth.
   */
  private async restartDatabase(): Promise<void> {
    await this.pause(Math.min(RESTART_SECONDS, this.seconds / 3));
    if (this.timeUp.signal.aborted) return;
    await this.environment.postgres.restart('fast');
    this.databaseRestarts += 1;
  }

  /** Takes no sample while the database is unavailable. */
  private async sample(): Promise<void> {
    await this.pause(Math.min(SAMPLE_SECONDS, this.seconds / 50));
    const sample = await takeSample(this.cluster.replicas, this.environment.postgres.url).catch(() => null);
    if (sample !== null) this.samples.push(sample);
  }

  private get targets(): FaultTargets {
    return { ...this.environment, workers: this.cluster.workers };
  }

  /** Ends early when the time is up. */
  private async pause(seconds: number): Promise<void> {
    await sleep(1_000 * seconds, undefined, { signal: this.timeUp.signal }).catch(() => undefined);
  }

  private async runsByStatus(): Promise<Record<string, number>> {
    const { url } = this.environment.postgres;
    const failed = await query<{ message: string }>(
      url,
      `SELECT format('Run %s ended %s: %s', id, status, error_message) AS message
         FROM pipeline_runs WHERE status NOT IN ('SUCCESS', 'PARTIAL') ORDER BY id`,
    );
    this.failures.push(...failed.map(({ message }) => message));
    const counts = await query<{ status: string; runs: number }>(
      url,
      'SELECT status, count(*)::int AS runs FROM pipeline_runs GROUP BY status ORDER BY status',
    );
    return Object.fromEntries(counts.map(({ status, runs }) => [status, runs]));
  }
}
