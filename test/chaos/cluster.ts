import type { LaunchedSandbox } from '../../src/sandbox/launch.js';
import { startFlags } from '../../scripts/start-flags.mjs';
import { logIn, triggerRun } from './api-client.js';
import { ROOT } from './built.js';
import { fullCatalogueRun, type RunRow } from './full-catalogue-run.js';
import { freePort } from './free-port.js';
import { pollUntil } from './poll-until.js';
import { query, type Postgres } from './postgres.js';
import { Replica, stopGracefully } from './replica.js';
import { resetDatabase } from './tables.js';

export interface Environment {
  readonly postgres: Postgres;
  readonly sandbox: LaunchedSandbox;
  /** The number of movies in the sandbox. */
  readonly movies: number;
  /** The working directory of the replicas. */
  readonly cwd: string;
}

export const RUN_SECONDS = 240;
const QUEUE_SECONDS = 60;
const START_SECONDS = 60;
const SESSIONS_SECONDS = 5;
/** A process that dies loses the responses it has not stored. Few at once keep that loss small against the catalogue. */
const CONCURRENCY = '4';

/** Processes of the product that share one database, which is empty when they start. */
export class Cluster {
  private token: string | null = null;

  private constructor(
    private readonly environment: Environment,
    /** The first one serves the API that triggers runs. */
    readonly replicas: readonly Replica[],
  ) {}

  /** One process with the API and three workers. */
  static withWorkers(environment: Environment, requestsPerSecond: number): Promise<Cluster> {
    return Cluster.start(environment, requestsPerSecond, {
      serve: 'serve',
      ...{ A: 'worker', B: 'worker', C: 'worker' },
    });
  }

  /** @param commands each process's command by the process's name; null runs the whole service */
  static async start(
    environment: Environment,
    requestsPerSecond: number,
    commands: Readonly<Record<string, string | null>>,
  ): Promise<Cluster> {
    const { postgres, sandbox, cwd } = environment;
    await sandbox.setFaults({});
    await resetDatabase(postgres.url);
    const env = {
      ...postgres.env,
      TMDB_BASE_URL: sandbox.url,
      TMDB_REQUESTS_PER_SECOND: String(requestsPerSecond),
      TMDB_MAX_CONCURRENCY: CONCURRENCY,
      NODE_OPTIONS: startFlags(ROOT).join(' '),
    };
    const replicas: Replica[] = [];
    for (const [name, command] of Object.entries(commands))
      replicas.push(new Replica(name, command, { env, cwd, port: await freePort() }));
    const cluster = new Cluster(environment, replicas);
    // All processes start at once, so that they compete to migrate the empty database.
    for (const replica of replicas) replica.start();
    await cluster.ready();
    await sandbox.reset();
    return cluster;
  }

  private get first(): Replica {
    const [first] = this.replicas;
    if (first === undefined) throw new Error('A cluster needs at least one process.');
    return first;
  }

  /** All but the first replica. */
  get workers(): readonly Replica[] {
    return this.replicas.slice(1);
  }

  /** Each replica's output by its name. */
  get logs(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.replicas.map(({ name, log }) => [name, log]));
  }

  /** Triggers a run that enriches every movie of the sandbox. Returns its id. */
  triggerFullCatalogue(): Promise<number> {
    return this.trigger(fullCatalogueRun(this.environment.movies));
  }

  /** Returns the id of the run. */
  async trigger(body: object): Promise<number> {
    this.token ??= await logIn(this.first.address);
    return triggerRun(this.first.address, this.token, body);
  }

  /** Waits until the run has ended. */
  endOfRun(id: number): Promise<RunRow> {
    return pollUntil(
      async () => {
        const [row] = await query<RunRow>(
          this.environment.postgres.url,
          `SELECT * FROM pipeline_runs WHERE id = ${id}`,
        );
        return row !== undefined && !['QUEUED', 'RUNNING'].includes(row.status) && row;
      },
      { seconds: RUN_SECONDS, what: `run ${id} has ended` },
    );
  }

  /** Gives the workers time to empty the queue. Returns a failure when jobs remain. */
  async queueFailures(): Promise<string[]> {
    try {
      await pollUntil(
        async () => {
          const [open] = await query<{ jobs: number }>(
            this.environment.postgres.url,
            `SELECT count(*)::int AS jobs FROM movie_pipeline_jobs.job WHERE state < 'completed'`,
          );
          return open?.jobs === 0;
        },
        { seconds: QUEUE_SECONDS, what: 'the queue is empty' },
      );
      return [];
    } catch (error) {
      return [String(error)];
    }
  }

  /** Shuts every process down. Returns failed shutdowns, database sessions that remain, and crashes. */
  async stop(): Promise<string[]> {
    const failures: string[] = [];
    const stopping = this.replicas.map((replica) =>
      stopGracefully(replica).catch((error: unknown) => {
        failures.push(String(error));
      }),
    );
    await Promise.all(stopping);
    await this.sessionsClosed().catch((error: unknown) => {
      failures.push(String(error));
    });
    return [...failures, ...this.replicas.flatMap(({ crashes }) => crashes)];
  }

  private async sessionsClosed(): Promise<void> {
    await pollUntil(
      async () => {
        const sessions = await query(
          this.environment.postgres.url,
          `SELECT FROM pg_stat_activity
            WHERE application_name = 'movie-pipeline' AND backend_type = 'client backend'`,
        );
        return sessions.length === 0;
      },
      { seconds: SESSIONS_SECONDS, what: 'the sessions of the ended processes are closed' },
    );
  }

  private async ready(): Promise<void> {
    const { address } = this.first;
    try {
      await pollUntil(() => fetch(`${address}/health/live`), {
        seconds: START_SECONDS,
        what: 'the service has started',
      });
    } catch (error) {
      await this.stop();
      throw new Error(`${String(error)}\n${this.first.log.slice(-2_000)}`, { cause: error });
    }
  }
}
