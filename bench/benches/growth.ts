import type { Client } from 'pg';
import type { RunPlan } from '../../src/runs/run-plan.js';
import { type Bench, expectEqual } from '../harness/bench.js';
import { type Filling, FILLINGS } from '../harness/fill.js';
import type { Lab } from '../harness/lab.js';
import { median } from '../harness/statistics.js';
import type { Target } from '../harness/target.js';
import { dailyPlan } from './plans.js';

interface Times {
  readonly warmUps: number;
  readonly counted: number;
}

/** Each service has had its first when it starts. */
const DAILY_RUNS: Times = { warmUps: 0, counted: 3 };
/** At each endpoint. */
const LOOKS: Times = { warmUps: 200, counted: 200 };

/** What more movies and more runs on record cost. */
export const growth: Bench = {
  name: 'growth',
  about:
    'a daily run, status and history: 1.2 million movies and a million runs, against 10 thousand and a thousand',
  figures: [
    { name: 'daily run, 100 thousand movies', unit: '×', goal: { atMost: 1.3 } },
    { name: 'daily run, 1.2 million movies', unit: '×', goal: { atMost: 1.3 } },
    { name: 'memory, 1.2 million movies', unit: '×', goal: { atMost: 1.2 } },
    { name: 'status, a million runs', unit: '×', goal: { atMost: 1.3 } },
    { name: 'history, a million runs', unit: '×', goal: { atMost: 1.3 } },
    { name: 'daily run', unit: 's' },
    { name: 'peak memory', unit: 'MB', goal: { atMost: 250 } },
    { name: 'status', unit: 'ms' },
    { name: 'history', unit: 'ms' },
  ],
  repeats: 2,
  warmUps: 0,
  async measure(target, lab) {
    const small = await Subject.start(FILLINGS.small, target, lab);
    const medium = await Subject.start(FILLINGS.medium, target, lab);
    const large = await Subject.start(FILLINGS.large, target, lab);
    const daily = await byTurns(DAILY_RUNS, [small, medium, large], (subject) => subject.dailyRun());
    await medium.end();
    const status = await byTurns(LOOKS, [small, large], (subject) => subject.status());
    const history = await byTurns(LOOKS, [small, large], (subject) => subject.history());
    await small.end();
    await large.end();
    return {
      'daily run, 100 thousand movies': daily(medium) / daily(small),
      'daily run, 1.2 million movies': daily(large) / daily(small),
      'memory, 1.2 million movies': large.peakMb / small.peakMb,
      'status, a million runs': status(large) / status(small),
      'history, a million runs': history(large) / history(small),
      'daily run': daily(large),
      'peak memory': large.peakMb,
      status: status(large),
      history: history(large),
    };
  },
};

/** Medians of what the work took, by turns, so that a machine that is busy for a while slows all subjects alike. */
async function byTurns(
  { warmUps, counted }: Times,
  subjects: readonly Subject[],
  work: (subject: Subject) => Promise<number>,
): Promise<(subject: Subject) => number> {
  const taken = new Map(subjects.map((subject) => [subject, [] as number[]]));
  for (let turn = -warmUps; turn < counted; turn++) {
    for (const [subject, times] of taken) {
      const time = await work(subject);
      if (turn >= 0) times.push(time);
    }
  }
  return (subject) => median(taken.get(subject) ?? []);
}

/** A service whose database has so many movies and runs. */
class Subject {
  peakMb = 0;

  private constructor(
    private readonly service: Awaited<ReturnType<Lab['service']>>,
    private readonly url: string,
    private readonly sandbox: Awaited<ReturnType<Lab['sandbox']>>,
    private readonly client: Client,
    private readonly plan: RunPlan,
    private runs: number,
  ) {}

  static async start(filling: Filling, target: Target, lab: Lab): Promise<Subject> {
    const sandbox = await lab.sandbox({ movies: filling.movies, keepAnswers: true });
    const { url, client } = await lab.filled(target, filling);
    const env = { TMDB_REQUESTS_PER_SECOND: '100000' };
    const service = await lab.service(target, { databaseUrl: url, sandboxUrl: sandbox.url, env });
    const address = await service.listen();
    const plan = await dailyPlan(target);
    // It changes what the lists name; later ones find it as they left it.
    await makeDueAgain(client);
    await service.run(plan);
    return new Subject(service, address, sandbox, client, plan, await runsIn(client));
  }

  /** Seconds. */
  async dailyRun(): Promise<number> {
    await makeDueAgain(this.client);
    const { run, seconds, peakMb } = await this.service.run(this.plan);
    expectEqual('the run', [run.status, run.inserted, run.skippedFresh], ['SUCCESS', 0, 0]);
    expectEqual('what it enriched', run.enriched, run.unchanged);
    this.runs += 1;
    this.peakMb = peakMb;
    return seconds;
  }

  /** Milliseconds. */
  async status(): Promise<number> {
    const { ms, answer } = await this.look('/pipeline/status');
    expectEqual('runs on record', (answer as { total_runs: number }).total_runs, this.runs);
    return ms;
  }

  /** Milliseconds. */
  async history(): Promise<number> {
    const { ms, answer } = await this.look('/pipeline/runs');
    expectEqual('runs on a page', (answer as unknown[]).length, 20);
    return ms;
  }

  async end(): Promise<void> {
    await this.service.finish();
    await this.sandbox.end();
  }

  private async look(path: string): Promise<{ ms: number; answer: unknown }> {
    const started = performance.now();
    const response = await fetch(`${this.url}${path}`);
    const answer: unknown = await response.json();
    return { ms: performance.now() - started, answer };
  }
}

async function runsIn(client: Client): Promise<number> {
  const { rows } = await client.query<{ runs: number }>('SELECT count(*)::int AS runs FROM pipeline_runs');
  return rows[0]!.runs;
}

/** As if the run before had been half a year ago. */
async function makeDueAgain(client: Client): Promise<void> {
  await client.query(
    `UPDATE movies SET enriched_at = enriched_at - interval '140 days' WHERE enriched_at > now() - interval '1 day'`,
  );
}
