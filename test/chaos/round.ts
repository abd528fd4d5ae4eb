import { setTimeout as sleep } from 'node:timers/promises';
import { Dice } from './built.js';
import {
  disturb,
  type Disturbance,
  type Done,
  EVERYDAY_FAULTS,
  planned,
  stopInOrder,
} from './disturbances.js';
import { until } from './patience.js';
import { freePort, query, type Postgres } from './postgres.js';
import { Replica, triggerRun } from './replica.js';
import type { SandboxProcess } from './sandbox-process.js';
import { differences, empty, readTables, type Tables } from './tables.js';

export interface Stage {
  readonly postgres: Postgres;
  readonly sandbox: SandboxProcess;
  readonly films: number;
  /** Where the processes are started. */
  readonly cwd: string;
}

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
  /** Whole detail answers for each film. */
  readonly detailsPerFilm: number;
  /** The longest that the run was without a worker; 0: it never was. */
  readonly recoverySeconds: number;
  /** What is not as it should be; nothing, if all is well. */
  readonly faults: readonly string[];
  /** What the processes printed. */
  readonly logs: Readonly<Record<string, string>>;
}

const RUN_SECONDS = 240;
const QUIET_SECONDS = 60;
const START_SECONDS = 60;
const RECOVERY_SECONDS = 30;
const MOST_DETAILS_PER_FILM = 1.1;
/** So few that a run lasts long enough to be disturbed. */
const REQUESTS_PER_SECOND = '100';
/** Answers that are not stored yet are lost with their process: so few that a small catalogue can bear it. */
const CONCURRENCY = '4';

interface RunRow {
  readonly status: string;
  readonly error_message: string | null;
  readonly times_resumed: number;
  readonly inserted: number;
  readonly enriched: number;
  readonly movies_processed: number;
  readonly failed: number;
}

/** One run on an empty database: from the start of all processes to the end of the last. */
export class Round {
  private readonly service: Replica;
  private readonly workers: readonly Replica[];
  private address = '';

  private constructor(
    private readonly stage: Stage,
    port: number,
  ) {
    const { postgres, sandbox, cwd } = stage;
    const env = {
      ...postgres.env,
      TMDB_BASE_URL: sandbox.url,
      TMDB_REQUESTS_PER_SECOND: REQUESTS_PER_SECOND,
      TMDB_MAX_CONCURRENCY: CONCURRENCY,
    };
    this.address = `http://127.0.0.1:${port}`;
    this.service = new Replica('serve', 'serve', { env: { ...env, PORT: String(port) }, cwd });
    this.workers = ['A', 'B', 'C'].map((name) => new Replica(name, 'worker', { env, cwd }));
  }

  /** Undisturbed. @throws Error when it does not succeed even so */
  static async reference(stage: Stage): Promise<Reference> {
    const round = await Round.begin(stage);
    try {
      const id = await round.trigger();
      const run = await round.end(id);
      if (run.status !== 'SUCCESS')
        throw new Error(`Undisturbed, the run ended ${run.status}: ${run.error_message ?? ''}`);
      return {
        tables: await readTables(stage.postgres.url),
        requests: (await stage.sandbox.counters()).requests,
      };
    } finally {
      await round.stopAll();
    }
  }

  /** Disturbed as the seed has it. */
  static async disturbed(stage: Stage, seed: number, reference: Reference): Promise<RoundReport> {
    const begun = performance.now();
    const round = await Round.begin(stage);
    const faults: string[] = [];
    const done: Done[] = [];
    let run: RunRow | null = null;
    try {
      await stage.sandbox.setFaults(EVERYDAY_FAULTS);
      const id = await round.trigger();
      const over = new AbortController();
      const disturbing = round.disturbAll(planned(new Dice(seed, 7)), reference.requests, over.signal, done);
      try {
        run = await round.end(id);
      } finally {
        over.abort();
        faults.push(...(await disturbing));
      }
      faults.push(...ofRun(run, reference.tables), ...(await round.ofQueue()));
      faults.push(...differences(reference.tables, await readTables(stage.postgres.url)));
    } catch (error) {
      faults.push(error instanceof Error ? error.message : String(error));
    }
    faults.push(...(await round.stopAll()), ...round.replicas.flatMap(({ crashes }) => crashes));
    const { details } = await stage.sandbox.counters();
    const detailsPerFilm = details / (reference.tables.movies?.length ?? 1);
    if (detailsPerFilm > MOST_DETAILS_PER_FILM) faults.push(`TMDB gave ${details} details.`);
    const recoverySeconds = round.recovery(done);
    if (recoverySeconds > RECOVERY_SECONDS)
      faults.push(`The run was ${recoverySeconds.toFixed(1)} s without a worker.`);
    return {
      seconds: (performance.now() - begun) / 1_000,
      ...{ done, detailsPerFilm, recoverySeconds, faults, timesResumed: run?.times_resumed ?? 0 },
      logs: Object.fromEntries(round.replicas.map(({ name, log }) => [name, log])),
    };
  }

  private static async begin(stage: Stage): Promise<Round> {
    await stage.sandbox.setFaults({});
    await empty(stage.postgres.url);
    const round = new Round(stage, await freePort());
    // All at once: they migrate an empty database together.
    for (const replica of round.replicas) replica.start();
    try {
      await until('The start of the service', START_SECONDS, () => fetch(`${round.address}/health/live`));
    } catch (error) {
      await round.stopAll();
      throw new Error(`${String(error)}\n${round.service.log.slice(-2_000)}`, { cause: error });
    }
    await stage.sandbox.reset();
    return round;
  }

  private get replicas(): readonly Replica[] {
    return [this.service, ...this.workers];
  }

  private trigger(): Promise<number> {
    return triggerRun(this.address, {
      update_type: 'custom',
      pages_per_category: Math.min(500, Math.ceil(this.stage.films / 20) + 1),
      enrich_data: true,
      max_enrichment: 100_000,
    });
  }

  /** What the run has come to, once it is over. */
  private end(id: number): Promise<RunRow> {
    return until('The run', RUN_SECONDS, async () => {
      const [row] = await query<RunRow>(
        this.stage.postgres.url,
        `SELECT * FROM pipeline_runs WHERE id = ${id}`,
      );
      return row !== undefined && !['QUEUED', 'RUNNING'].includes(row.status) && row;
    });
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
        disturb(what, { ...this.stage, workers: this.workers }).then(
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

  /** Once the workers have had time to take what is left of the queue. */
  private async ofQueue(): Promise<string[]> {
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

  /** Ends every process. Returns what is left of them. */
  private async stopAll(): Promise<string[]> {
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
    return faults;
  }

  private recovery(done: readonly Done[]): number {
    const takings = this.workers.flatMap((worker) => worker.takings).sort((a, b) => a - b);
    const gaps = done.map(({ bereavedAt }) => {
      const next = takings.find((at) => bereavedAt !== null && at > bereavedAt);
      return bereavedAt === null || next === undefined ? 0 : (next - bereavedAt) / 1_000;
    });
    return Math.max(0, ...gaps);
  }
}

function ofRun(run: RunRow, { movies = [] }: Tables): string[] {
  const faults: string[] = [];
  if (run.status !== 'SUCCESS') faults.push(`The run ended ${run.status}: ${run.error_message ?? ''}`);
  const films = movies.length;
  for (const count of ['inserted', 'enriched', 'movies_processed'] as const) {
    if (run[count] !== films) faults.push(`${count} is ${run[count]} of ${films}.`);
  }
  if (run.failed !== 0) faults.push(`failed is ${run.failed}.`);
  return faults;
}
