import { startFlags } from '../../scripts/start-flags.mjs';
import { ROOT } from './built.js';
import { stopInOrder } from './disturbances.js';
import { until } from './patience.js';
import { freePort, query, type Postgres } from './postgres.js';
import { logIn, Replica, triggerRun } from './replica.js';
import type { SandboxProcess } from './sandbox-process.js';
import { empty, type Tables } from './tables.js';

export interface Stage {
  readonly postgres: Postgres;
  readonly sandbox: SandboxProcess;
  readonly movies: number;
  /** Where the processes are started. */
  readonly cwd: string;
}

export interface RunRow {
  readonly status: string;
  readonly error_message: string | null;
  readonly times_resumed: number;
  readonly inserted: number;
  readonly enriched: number;
  readonly movies_processed: number;
  readonly failed: number;
}

const RUN_SECONDS = 240;
const QUIET_SECONDS = 60;
const START_SECONDS = 60;
/** Answers that are not stored yet are lost with their process: so few that a small catalogue can bear it. */
const CONCURRENCY = '4';

/** Processes of the program on one database, which is empty when they start. */
export class Fleet {
  private token: string | null = null;

  private constructor(
    private readonly stage: Stage,
    /** The first one is asked for runs. */
    readonly replicas: readonly Replica[],
  ) {}

  /** A service without a worker, and three workers. */
  static withWorkers(stage: Stage, requestsPerSecond: number): Promise<Fleet> {
    return Fleet.start(stage, requestsPerSecond, {
      serve: 'serve',
      ...{ A: 'worker', B: 'worker', C: 'worker' },
    });
  }

  /** @param commands what each process is, by its name: one part of the program, or with null all of it */
  static async start(
    stage: Stage,
    requestsPerSecond: number,
    commands: Readonly<Record<string, string | null>>,
  ): Promise<Fleet> {
    const { postgres, sandbox, cwd } = stage;
    await sandbox.setFaults({});
    await empty(postgres.url);
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
    const fleet = new Fleet(stage, replicas);
    // All at once: they migrate an empty database together.
    for (const replica of replicas) replica.start();
    await fleet.ready();
    await sandbox.reset();
    return fleet;
  }

  private get first(): Replica {
    const [first] = this.replicas;
    if (first === undefined) throw new Error('A fleet has one process at least.');
    return first;
  }

  /** Those that only work. */
  get workers(): readonly Replica[] {
    return this.replicas.slice(1);
  }

  /** What the processes printed. */
  get logs(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.replicas.map(({ name, log }) => [name, log]));
  }

  /** Every movie of the sandbox, with its details, whether it is due or not. Returns the id. */
  triggerWide(): Promise<number> {
    return this.trigger(wideRun(this.stage.movies));
  }

  /** Returns the id of the run. */
  async trigger(body: object): Promise<number> {
    this.token ??= await logIn(this.first.address);
    return triggerRun(this.first.address, this.token, body);
  }

  /** What the run has come to, once it is over. */
  end(id: number): Promise<RunRow> {
    return until('The run', RUN_SECONDS, async () => {
      const [row] = await query<RunRow>(
        this.stage.postgres.url,
        `SELECT * FROM pipeline_runs WHERE id = ${id}`,
      );
      return row !== undefined && !['QUEUED', 'RUNNING'].includes(row.status) && row;
    });
  }

  /** Once the workers have had time to take what is left of the queue. Returns what is wrong with it. */
  async faultsOfQueue(): Promise<string[]> {
    try {
      await until('Emptying the queue', QUIET_SECONDS, async () => {
        const [left] = await query<{ jobs: number }>(
          this.stage.postgres.url,
          `SELECT count(*)::int AS jobs FROM movie_pipeline_jobs.job WHERE state < 'completed'`,
        );
        return left?.jobs === 0;
      });
      return [];
    } catch (error) {
      return [String(error)];
    }
  }

  /** Ends every process. Returns what is left of them, and how they ended where they should not have. */
  async stop(): Promise<string[]> {
    const faults: string[] = [];
    const stopping = this.replicas.map((replica) =>
      stopInOrder(replica).catch((error: unknown) => {
        faults.push(String(error));
      }),
    );
    await Promise.all(stopping);
    const left = await until('Closing the sessions', 5, async () => {
      const sessions = await query<{ what: string }>(
        this.stage.postgres.url,
        `SELECT left(query, 80) AS what FROM pg_stat_activity
          WHERE application_name = 'movie-pipeline' AND backend_type = 'client backend'`,
      );
      return sessions.length === 0;
    }).catch((error: unknown) => error);
    if (left !== true) faults.push(`Sessions of ended processes are left: ${String(left)}`);
    return [...faults, ...this.replicas.flatMap(({ crashes }) => crashes)];
  }

  private async ready(): Promise<void> {
    const { address } = this.first;
    try {
      await until('The start of the service', START_SECONDS, () => fetch(`${address}/health/live`));
    } catch (error) {
      await this.stop();
      throw new Error(`${String(error)}\n${this.first.log.slice(-2_000)}`, { cause: error });
    }
  }
}

export function wideRun(movies: number): object {
  return {
    update_type: 'custom',
    pages_per_category: Math.min(500, Math.ceil(movies / 20) + 1),
    enrich_data: true,
    max_enrichment: 100_000,
    incremental: false,
  };
}

/** What is wrong with a first run that should have stored each of these movies once. */
export function faultsOfRun(run: RunRow, { movies = [] }: Tables): string[] {
  const faults: string[] = [];
  if (run.status !== 'SUCCESS') faults.push(`The run ended ${run.status}: ${run.error_message ?? ''}`);
  const expected = movies.length;
  for (const count of ['inserted', 'enriched', 'movies_processed'] as const) {
    if (run[count] !== expected) faults.push(`${count} is ${run[count]} of ${expected}.`);
  }
  if (run.failed !== 0) faults.push(`failed is ${run.failed}.`);
  return faults;
}
