import { setTimeout as sleep } from 'node:timers/promises';
import type { RunPlan } from '../../src/runs/run-plan.js';
import { type Bench, expectEqual, expectThat } from '../harness/bench.js';
import type { Lab } from '../harness/lab.js';
import { readEvenly } from '../harness/readers.js';
import type { Sandbox } from '../harness/sandbox.js';
import { percentile } from '../harness/statistics.js';
import type { Target } from '../harness/target.js';
import { customPlan, MOVIES } from './plans.js';

const PER_SECOND = 200;
const SECONDS = 5;
const WARM_UP_SECONDS = 2;
const LOOK_MS = 50;

interface Load {
  /** How fast the run may ask. */
  readonly perSecond: number;
  /** In each of the runs, which follow one another. */
  readonly movies: number;
}

const PACED: Load = { perSecond: 40, movies: 300 };
const OPEN: Load = { perSecond: 100_000, movies: MOVIES };
const OPEN_LARGE: Load = { perSecond: 100_000, movies: 300 };
/** In each cast and each crew: 250 KB a movie. */
const PEOPLE = 450;

interface Latency {
  readonly p50: number;
  readonly p99: number;
}

interface Busy extends Latency {
  readonly loopDelayP99Ms: number;
}

/** What readers of the API wait, while nothing runs, at TMDB's limit, and while a run takes all it can. */
export const serve: Bench = {
  name: 'serve',
  about: `GET /pipeline/status and /pipeline/runs, ${PER_SECOND} a second together; idle, and during runs`,
  figures: [
    { name: 'p50, idle', unit: 'ms' },
    { name: 'p99, idle', unit: 'ms', goal: { atMost: 10 } },
    { name: 'p50, 250 KB bodies at 40/s', unit: 'ms' },
    { name: 'p99, 250 KB bodies at 40/s, to idle', unit: '×', goal: { atMost: 5 } },
    { name: 'event-loop delay p99, 250 KB bodies at 40/s', unit: 'ms', goal: { atMost: 20 } },
    { name: 'p50, open run', unit: 'ms' },
    { name: 'p99, open run', unit: 'ms' },
    { name: 'p99, open run, to idle', unit: '×', goal: { atMost: 5 } },
    { name: 'event-loop delay p99, open run', unit: 'ms', goal: { atMost: 20 } },
    { name: 'p99, open run of 250 KB bodies alone, to idle', unit: '×', goal: { atMost: 5 } },
    { name: 'event-loop delay p99, open run of 250 KB bodies alone', unit: 'ms', goal: { atMost: 20 } },
  ],
  repeats: 3,
  warmUps: 0,
  async measure(target, lab) {
    const catalogue = { movies: 100_000, keepAnswers: true };
    let sandbox = await lab.sandbox(catalogue);
    let subject = await Subject.start(OPEN, sandbox, target, lab);
    await subject.read(WARM_UP_SECONDS);
    const idle = await subject.read(SECONDS);
    await subject.makeAnswers();
    const open = await subject.duringRuns();
    await subject.end();
    await sandbox.end();

    sandbox = await lab.sandbox({ ...catalogue, people: PEOPLE });
    subject = await Subject.start(OPEN_LARGE, sandbox, target, lab);
    await subject.makeAnswers();
    const large = await subject.duringRuns();
    await subject.end();

    subject = await Subject.start(PACED, sandbox, target, lab);
    const paced = await subject.duringRuns();
    await subject.end();
    await sandbox.end();
    return {
      'p50, idle': idle.p50,
      'p99, idle': idle.p99,
      'p50, 250 KB bodies at 40/s': paced.p50,
      'p99, 250 KB bodies at 40/s, to idle': paced.p99 / idle.p99,
      'event-loop delay p99, 250 KB bodies at 40/s': paced.loopDelayP99Ms,
      'p50, open run': open.p50,
      'p99, open run': open.p99,
      'p99, open run, to idle': open.p99 / idle.p99,
      'event-loop delay p99, open run': open.loopDelayP99Ms,
      'p99, open run of 250 KB bodies alone, to idle': large.p99 / idle.p99,
      'event-loop delay p99, open run of 250 KB bodies alone': large.loopDelayP99Ms,
    };
  },
};

type Service = Awaited<ReturnType<Lab['service']>>;
type Database = Awaited<ReturnType<Lab['database']>>;

/** A service that is read from, and has runs under this load. */
class Subject {
  private constructor(
    private readonly api: readonly string[],
    private readonly plan: RunPlan,
    private readonly sandbox: Sandbox,
    private readonly database: Database,
    private readonly service: Service,
  ) {}

  static async start(load: Load, sandbox: Sandbox, target: Target, lab: Lab): Promise<Subject> {
    const database = await lab.database(target);
    const env = { TMDB_REQUESTS_PER_SECOND: String(load.perSecond) };
    const service = await lab.service(target, { databaseUrl: database.url, sandboxUrl: sandbox.url, env });
    const url = await service.listen();
    const api = [`${url}/pipeline/status`, `${url}/pipeline/runs`];
    return new Subject(api, await customPlan(target, load.movies), sandbox, database, service);
  }

  /** The sandbox makes what the run is to ask for, and takes little of the machine after that. */
  async makeAnswers(): Promise<void> {
    await this.service.run(this.plan);
    await this.database.client.query('TRUNCATE movies CASCADE');
  }

  async duringRuns(): Promise<Busy> {
    const before = (await this.sandbox.counters()).asked.details;
    const running = this.runs();
    // Should the measurement fail, it says so, and not the run that ends with it.
    running.catch(() => undefined);
    // The lists come first, whose pages are small.
    while ((await this.sandbox.counters()).asked.details === before) await sleep(LOOK_MS);
    // Database connections are opened then, and the code of the answers is compiled.
    await this.read(WARM_UP_SECONDS);
    const asked = (await this.sandbox.counters()).asked.details;
    const latency = await this.read(SECONDS);
    expectThat(
      'movies were asked for meanwhile',
      (await this.sandbox.counters()).asked.details > asked + 100,
    );
    await this.service.cancel();
    return { ...latency, loopDelayP99Ms: percentile(await running, 50) };
  }

  /** One after another, until they are cancelled; the event-loop delay in each. */
  private async runs(): Promise<number[]> {
    const delays = [];
    for (;;) {
      const { run, loopDelayP99Ms } = await this.service.run(this.plan);
      delays.push(loopDelayP99Ms);
      if (run.status === 'CANCELLED') return delays;
      expectEqual('the run', run.status, 'SUCCESS');
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
