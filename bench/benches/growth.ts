import type { Client } from 'pg';
import type { RunPlan } from '../../src/runs/run-plan.js';
import { type Bench, expectEqual } from '../harness/bench.js';
import { type Dataset, DATASETS } from '../harness/dataset.js';
import type { Environment } from '../harness/environment.js';
import { median } from '../harness/statistics.js';
import type { Target } from '../harness/target.js';
import { dailyPlan } from './plans.js';

interface Repetitions {
  readonly warmUps: number;
  readonly counted: number;
}

/** Subject.start has executed a warm-up run. */
const DAILY_RUNS: Repetitions = { warmUps: 0, counted: 3 };
/** Of each endpoint. */
const REQUESTS: Repetitions = { warmUps: 200, counted: 200 };

/** How the service slows down as the number of stored movies and runs grows. */
export const growth: Bench = {
  name: 'growth',
  about:
    'a daily run, status and history: 1.2 million movies and a million runs, compared with 10 thousand and a thousand',
  figures: [
    { name: 'daily run, 100 thousand movies', unit: '×', goal: { atMost: 1.3 } },
    { name: 'daily run, 1.2 million movies', unit: '×', goal: { atMost: 1.3 } },
    { name: 'peak memory, 1.2 million movies', unit: '×', goal: { atMost: 1.2 } },
    { name: 'status, a million runs', unit: '×', goal: { atMost: 1.3 } },
    { name: 'history, a million runs', unit: '×', goal: { atMost: 1.3 } },
    { name: 'daily run', unit: 's' },
    { name: 'peak memory', unit: 'MB', goal: { atMost: 250 } },
    { name: 'status', unit: 'ms' },
    { name: 'history', unit: 'ms' },
  ],
  repeats: 2,
  warmUps: 0,
  async measure(target, environment) {
    const small = await Subject.start(DATASETS.small, target, environment);
    const medium = await Subject.start(DATASETS.medium, target, environment);
    const large = await Subject.start(DATASETS.large, target, environment);
    const daily = await alternating(DAILY_RUNS, [small, medium, large], (subject) => subject.dailyRun());
    await medium.end();
    const status = await alternating(REQUESTS, [small, large], (subject) => subject.status());
    const history = await alternating(REQUESTS, [small, large], (subject) => subject.history());
    await small.end();
    await large.end();
    return {
      'daily run, 100 thousand movies': daily(medium) / daily(small),
      'daily run, 1.2 million movies': daily(large) / daily(small),
      'peak memory, 1.2 million movies': large.peakMb / small.peakMb,
      'status, a million runs': status(large) / status(small),
      'history, a million runs': history(large) / history(small),
      'daily run': daily(large),
      'peak memory': large.peakMb,
      status: status(large),
      history: history(large),
    };
  },
};

/**
 * Alternates between the subjects, so that a machine that is busy for a while slows all of them. Returns each subject's
 * median time.
 */
async function alternating(
  { warmUps, counted }: Repetitions,
  subjects: readonly Subject[],
  work: (subject: Subject) => Promise<number>,
): Promise<(subject: Subject) => number> {
  const times = new Map(subjects.map((subject) => [subject, [] as number[]]));
  for (let round = -warmUps; round < counted; round++) {
    for (const [subject, subjectTimes] of times) {
      const time = await work(subject);
      if (round >= 0) subjectTimes.push(time);
    }
  }
  return (subject) => median(times.get(subject) ?? []);
}

/** A service with a dataset. */
class Subject {
  peakMb = 0;

  private constructor(
    private readonly service: Awaited<ReturnType<Environment['service']>>,
    private readonly url: string,
    private readonly sandbox: Awaited<ReturnType<Environment['sandbox']>>,
    private readonly client: Client,
    private readonly plan: RunPlan,
    private runs: number,
  ) {}

  static async start(dataset: Dataset, target: Target, environment: Environment): Promise<Subject> {
    const sandbox = await environment.sandbox({ movies: dataset.movies, keepAnswers: true });
    const { url, client } = await environment.filled(target, dataset);
    const env = { TMDB_REQUESTS_PER_SECOND: '100000' };
    const service = await environment.service(target, { databaseUrl: url, sandboxUrl: sandbox.url, env });
    const address = await service.listen();
    const plan = await dailyPlan(target);
    // The first run changes the listed movies; later runs find them unchanged.
    await makeDueAgain(client);
    await service.run(plan);
    return new Subject(service, address, sandbox, client, plan, await runsIn(client));
  }

  /** Seconds. */
  async dailyRun(): Promise<number> {
    await makeDueAgain(this.client);
    const { run, seconds, peakMb } = await this.service.run(this.plan);
    expectEqual(
      'status, inserted and fresh movies of the run',
      [run.status, run.inserted, run.skippedFresh],
      ['SUCCESS', 0, 0],
    );
    expectEqual('movies that the run enriched', run.enriched, run.unchanged);
    this.runs += 1;
    this.peakMb = peakMb;
    return seconds;
  }

  /** Milliseconds. */
  async status(): Promise<number> {
    const { ms, body } = await this.get('/pipeline/status');
    expectEqual('recorded runs', (body as { total_runs: number }).total_runs, this.runs);
    return ms;
  }

  /** Milliseconds. */
  async history(): Promise<number> {
    const { ms, body } = await this.get('/pipeline/runs');
    expectEqual('runs on a page', (body as unknown[]).length, 20);
    return ms;
  }

  async end(): Promise<void> {
    await this.service.finish();
    await this.sandbox.stop();
  }

  private async get(path: string): Promise<{ ms: number; body: unknown }> {
    const started = performance.now();
    const response = await fetch(`${this.url}${path}`);
    const body: unknown = await response.json();
    return { ms: performance.now() - started, body };
  }
}

async function runsIn(client: Client): Promise<number> {
  const { rows } = await client.query<{ runs: number }>('SELECT count(*)::int AS runs FROM pipeline_runs');
  return rows[0]!.runs;
}

/** Moves the last enrichment 140 days into the past. */
async function makeDueAgain(client: Client): Promise<void> {
  await client.query(
    `UPDATE movies SET enriched_at = enriched_at - interval '140 days' WHERE enriched_at > now() - interval '1 day'`,
  );
}
