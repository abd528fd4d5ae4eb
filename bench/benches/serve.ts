import { setTimeout as sleep } from 'node:timers/promises';
import type { RunPlan } from '../../src/runs/run-plan.js';
import { type Bench, expectEqual, expectThat } from '../harness/bench.js';
import type { Environment } from '../harness/environment.js';
import { readEvenly } from '../harness/readers.js';
import type { LaunchedSandbox } from '../../src/sandbox/launch.js';
import { percentile } from '../harness/statistics.js';
import type { Target } from '../harness/target.js';
import { customPlan, MOVIES } from './plans.js';

const PER_SECOND = 200;
const SECONDS = 5;
const WARM_UP_SECONDS = 2;
const POLL_MS = 50;
const MAX_COLLECT_MS = 60_000;

interface Load {
  /** TMDB_REQUESTS_PER_SECOND. */
  readonly perSecond: number;
  /** Movies of each run. Runs follow one another. */
  readonly movies: number;
}

const LIMITED: Load = { perSecond: 40, movies: 300 };
const UNLIMITED: Load = { perSecond: 100_000, movies: MOVIES };
const UNLIMITED_LARGE: Load = { perSecond: 100_000, movies: 300 };
/** In each cast and in each crew. Details are then 250 KB. */
const PEOPLE = 450;

interface Latency {
  readonly p50: number;
  readonly p99: number;
}

interface Busy extends Latency {
  readonly loopDelayP99Ms: number;
}

/** API response times without a run, during runs at TMDB's rate limit, and during runs without a limit. */
export const serve: Bench = {
  name: 'serve',
  about: `GET /pipeline/status and /pipeline/runs, ${PER_SECOND} requests per second in total; idle and during runs`,
  figures: [
    { name: 'p50, idle', unit: 'ms' },
    { name: 'p99, idle', unit: 'ms', goal: { atMost: 10 } },
    { name: 'p50, 250 KB bodies at 40/s', unit: 'ms' },
    { name: 'p99, 250 KB bodies at 40/s, relative to idle', unit: '×', goal: { atMost: 5 } },
    { name: 'event-loop delay p99, 250 KB bodies at 40/s', unit: 'ms', goal: { atMost: 20 } },
    { name: 'p50, run without limit', unit: 'ms' },
    { name: 'p99, run without limit', unit: 'ms' },
    { name: 'p99, run without limit, relative to idle', unit: '×', goal: { atMost: 5 } },
    { name: 'event-loop delay p99, run without limit', unit: 'ms', goal: { atMost: 20 } },
    { name: 'p99, run without limit, 250 KB bodies only, relative to idle', unit: '×', goal: { atMost: 5 } },
    { name: 'event-loop delay p99, run without limit, 250 KB bodies only', unit: 'ms', goal: { atMost: 20 } },
  ],
  repeats: 3,
  warmUps: 0,
  async measure(target, environment) {
    const catalogue = { movies: 100_000, keepAnswers: true };
    let sandbox = await environment.sandbox(catalogue);
    let subject = await Subject.start(UNLIMITED, sandbox, target, environment);
    await subject.read(WARM_UP_SECONDS);
    const idle = await subject.read(SECONDS);
    await subject.warmUpSandbox();
    const unlimited = await subject.duringRuns();
    await subject.end();
    await sandbox.stop();

    sandbox = await environment.sandbox({ ...catalogue, people: PEOPLE });
    subject = await Subject.start(UNLIMITED_LARGE, sandbox, target, environment);
    await subject.warmUpSandbox();
    const large = await subject.duringRuns();
    await subject.end();

    subject = await Subject.start(LIMITED, sandbox, target, environment);
    const limited = await subject.duringRuns();
    await subject.end();
    await sandbox.stop();
    return {
      'p50, idle': idle.p50,
      'p99, idle': idle.p99,
      'p50, 250 KB bodies at 40/s': limited.p50,
      'p99, 250 KB bodies at 40/s, relative to idle': limited.p99 / idle.p99,
      'event-loop delay p99, 250 KB bodies at 40/s': limited.loopDelayP99Ms,
      'p50, run without limit': unlimited.p50,
      'p99, run without limit': unlimited.p99,
      'p99, run without limit, relative to idle': unlimited.p99 / idle.p99,
      'event-loop delay p99, run without limit': unlimited.loopDelayP99Ms,
      'p99, run without limit, 250 KB bodies only, relative to idle': large.p99 / idle.p99,
      'event-loop delay p99, run without limit, 250 KB bodies only': large.loopDelayP99Ms,
    };
  },
};

type Service = Awaited<ReturnType<Environment['service']>>;
type Database = Awaited<ReturnType<Environment['database']>>;

/** A service whose API is read while it executes runs. */
class Subject {
  private constructor(
    private readonly api: readonly string[],
    private readonly plan: RunPlan,
    private readonly sandbox: LaunchedSandbox,
    private readonly database: Database,
    private readonly service: Service,
  ) {}

  static async start(
    load: Load,
    sandbox: LaunchedSandbox,
    target: Target,
    environment: Environment,
  ): Promise<Subject> {
    const database = await environment.database(target);
    const env = { TMDB_REQUESTS_PER_SECOND: String(load.perSecond) };
    const service = await environment.service(target, {
      databaseUrl: database.url,
      sandboxUrl: sandbox.url,
      env,
    });
    const url = await service.listen();
    const api = [`${url}/pipeline/status`, `${url}/pipeline/runs`];
    return new Subject(api, await customPlan(target, load.movies), sandbox, database, service);
  }

  /** Lets the sandbox generate and keep the responses of the run, so that it uses little CPU afterwards. */
  async warmUpSandbox(): Promise<void> {
    await this.service.run(this.plan);
    await this.database.client.query('TRUNCATE movies CASCADE');
  }

  async duringRuns(): Promise<Busy> {
    const before = await this.detailRequests();
    const running = this.runs();
    // If the measurement fails, its own error is reported, not that of the runs which it interrupts.
    running.catch(() => undefined);
    await this.enrichmentStarted(before);
    // Opens database connections and lets V8 compile the code.
    await this.read(WARM_UP_SECONDS);
    const atStart = await this.detailRequests();
    const latency = await this.read(SECONDS);
    expectThat('movies are enriched during the measurement', (await this.detailRequests()) > atStart + 100);
    await this.service.cancel();
    return { ...latency, loopDelayP99Ms: percentile(await running, 50) };
  }

  private async detailRequests(): Promise<number> {
    return (await this.sandbox.counters()).requestsTo.details;
  }

  /** A run first collects list pages, which are small. */
  private async enrichmentStarted(before: number): Promise<void> {
    const deadline = performance.now() + MAX_COLLECT_MS;
    while ((await this.detailRequests()) === before) {
      expectThat('a run enriches movies within a minute', performance.now() < deadline);
      await sleep(POLL_MS);
    }
  }

  /** Executes runs one after another until they are cancelled. Returns the event-loop delay in each. */
  private async runs(): Promise<number[]> {
    const delays = [];
    for (;;) {
      const { run, loopDelayP99Ms } = await this.service.run(this.plan);
      delays.push(loopDelayP99Ms);
      if (run.status === 'CANCELLED') return delays;
      expectEqual('status of the run', run.status, 'SUCCESS');
    }
  }

  async read(seconds: number): Promise<Latency> {
    const times = await readEvenly({ urls: this.api, perSecond: PER_SECOND, seconds });
    return { p50: percentile(times, 50), p99: percentile(times, 99) };
  }

  async end(): Promise<void> {
    await this.service.finish();
    await this.database.drop();
  }
}
