import { type Bench, expectEqual } from '../harness/bench.js';
import type { Database } from '../harness/lab.js';
import type { MeasuredRun } from '../harness/service.js';
import { customPlan, FILMS } from './plans.js';

const PER_SECOND = 40;

/** A run that enriches a thousand films, against a server that has no patience. */
export const budget: Bench = {
  name: 'budget',
  about: `a run that enriches ${FILMS} films at ${PER_SECOND} requests a second; latency 80 ± 40 ms; refused past 42`,
  figures: [
    { name: 'share of the ideal rate', unit: '', goal: { atLeast: 0.97 } },
    { name: 'the same, through the queue', unit: '', goal: { atLeast: 0.97 } },
    { name: 'answers of 429', unit: '', goal: { atMost: 0 } },
    { name: 'requests in the busiest second', unit: '' },
  ],
  repeats: 2,
  warmUps: 0,
  async measure(target, lab) {
    const sandbox = await lab.sandbox({ latencyMs: 40, jitterMs: 80, rateLimit: 42 });
    const database = await lab.database(target);
    const env = { TMDB_REQUESTS_PER_SECOND: String(PER_SECOND) };
    const service = await lab.service(target, { databaseUrl: database.url, sandboxUrl: sandbox.url, env });
    await service.listen();
    const plan = await customPlan(target, FILMS);
    const foreground = await service.run(plan);
    await checkRun(foreground, database);
    const requests = foreground.run.tmdbRequests;
    await sandbox.reset();
    await database.client.query('TRUNCATE movies CASCADE');
    const queued = await service.queue(plan);
    await checkRun(queued, database);
    const counters = await sandbox.counters();
    expectEqual('requests on record', queued.run.tmdbRequests, counters.requests);
    await service.finish();
    await database.drop();
    await sandbox.end();
    return {
      'share of the ideal rate': requests / PER_SECOND / foreground.seconds,
      'the same, through the queue': counters.requests / PER_SECOND / (queued.durationSeconds ?? Number.NaN),
      'answers of 429': foreground.run.rateLimited + queued.run.rateLimited,
      'requests in the busiest second': counters.maxPerSecond,
    };
  },
};

async function checkRun({ run }: MeasuredRun, { client }: Database): Promise<void> {
  expectEqual('the run', [run.status, run.enriched], ['SUCCESS', FILMS]);
  const { rows } = await client.query('SELECT FROM movies WHERE enriched_at IS NOT NULL');
  expectEqual('enriched films', rows.length, FILMS);
}
