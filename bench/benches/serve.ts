import { setTimeout as sleep } from 'node:timers/promises';
import { type Bench, expectEqual, expectThat } from '../harness/bench.js';
import { readEvenly } from '../harness/readers.js';
import { percentile } from '../harness/statistics.js';
import { customPlan } from './plans.js';

const PER_SECOND = 200;
const SECONDS = 5;
/** Enough for a run to outlast the requests. */
const FILMS = 4_000;
const LOOK_MS = 50;
/** In each cast and each crew: 250 KB a film. */
const PEOPLE = 450;

interface Latency {
  readonly p50: number;
  readonly p99: number;
}

/** What readers of the API wait, while nothing runs and while a run takes all it can. */
export const serve: Bench = {
  name: 'serve',
  about: `GET /pipeline/status and /pipeline/runs, ${PER_SECOND} a second together; idle, and during a run of 250 KB bodies`,
  figures: [
    { name: 'p50, idle', unit: 'ms' },
    { name: 'p99, idle', unit: 'ms', goal: { atMost: 10 } },
    { name: 'p50, during a run', unit: 'ms' },
    { name: 'p99, during a run', unit: 'ms' },
    { name: 'p99 during a run to idle', unit: '×', goal: { atMost: 5 } },
    { name: 'event-loop delay p99, during a run', unit: 'ms', goal: { atMost: 20 } },
  ],
  repeats: 3,
  warmUps: 0,
  async measure(target, lab) {
    const sandbox = await lab.sandbox({ films: 100_000, people: PEOPLE, keepAnswers: true });
    const database = await lab.database(target);
    const env = { TMDB_REQUESTS_PER_SECOND: '100000' };
    const service = await lab.service(target, { databaseUrl: database.url, sandboxUrl: sandbox.url, env });
    const url = await service.listen();
    await latencies(url, 2);
    const idle = await latencies(url, SECONDS);
    const plan = await customPlan(target, FILMS);
    const running = service.run(plan);
    // Should the measurement fail, it says so, and not the run that ends with it.
    running.catch(() => undefined);
    // The lists come first, whose pages are small.
    while ((await sandbox.counters()).asked.details === 0) await sleep(LOOK_MS);
    const busy = await latencies(url, SECONDS);
    await service.cancel();
    const { run, loopDelayP99Ms } = await running;
    expectEqual('the run', run.status, 'CANCELLED');
    expectThat('it enriched films meanwhile', run.enriched > 100);
    await service.finish();
    await database.drop();
    await sandbox.end();
    return {
      'p50, idle': idle.p50,
      'p99, idle': idle.p99,
      'p50, during a run': busy.p50,
      'p99, during a run': busy.p99,
      'p99 during a run to idle': busy.p99 / idle.p99,
      'event-loop delay p99, during a run': loopDelayP99Ms,
    };
  },
};

async function latencies(url: string, seconds: number): Promise<Latency> {
  const urls = [`${url}/pipeline/status`, `${url}/pipeline/runs`];
  const times = await readEvenly({ urls, perSecond: PER_SECOND, seconds });
  return { p50: percentile(times, 50), p99: percentile(times, 99) };
}
