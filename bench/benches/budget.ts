import { type Bench, expectEqual, expectThat } from '../harness/bench.js';
import { customPlan, FILMS } from './plans.js';

const PER_SECOND = 40;

/** A run that enriches a thousand films, against a server that has no patience. */
export const budget: Bench = {
  name: 'budget',
  about: `a run that enriches ${FILMS} films at ${PER_SECOND} requests a second; latency 80 ± 40 ms; refused past 42`,
  figures: [
    { name: 'share of the ideal rate', unit: '', goal: { atLeast: 0.97 } },
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
    const { run, seconds } = await service.run(await customPlan(target, FILMS));
    const counters = await sandbox.counters();
    expectEqual('the run', [run.status, run.enriched], ['SUCCESS', FILMS]);
    expectThat('every request is on record', counters.requests === run.tmdbRequests);
    const { rows } = await database.client.query('SELECT FROM movies WHERE enriched_at IS NOT NULL');
    expectEqual('enriched films', rows.length, FILMS);
    await service.finish();
    await database.drop();
    await sandbox.end();
    return {
      'share of the ideal rate': counters.requests / PER_SECOND / seconds,
      'answers of 429': counters.answers['429'] ?? 0,
      'requests in the busiest second': counters.maxPerSecond,
    };
  },
};
