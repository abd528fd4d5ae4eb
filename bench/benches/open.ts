import { type Bench, expectEqual } from '../harness/bench.js';
import { customPlan } from './plans.js';

const MOVIES = 2_000;

/** What a movie costs us when TMDB costs nothing. */
export const open: Bench = {
  name: 'open',
  about: `a run that enriches ${MOVIES} movies without limit and latency; bodies of 35 KB on average`,
  figures: [
    { name: 'movies a second', unit: '/s', goal: { atLeast: 600 } },
    { name: 'movies a second of our CPU', unit: '/s', goal: { atLeast: 900 } },
    { name: 'peak memory', unit: 'MB', goal: { atMost: 250 } },
  ],
  repeats: 3,
  warmUps: 0,
  async measure(target, lab) {
    const sandbox = await lab.sandbox({ movies: 100_000, keepAnswers: true });
    const database = await lab.database(target);
    const env = { TMDB_REQUESTS_PER_SECOND: '100000' };
    const service = await lab.service(target, { databaseUrl: database.url, sandboxUrl: sandbox.url, env });
    const plan = await customPlan(target, MOVIES);
    // Warms up both ends: what the sandbox answers is then made, and our code is compiled.
    await service.run(plan);
    await database.client.query('TRUNCATE movies CASCADE');
    const { run, seconds, cpuSeconds, peakMb } = await service.run(plan);
    expectEqual('the run', [run.status, run.enriched], ['SUCCESS', MOVIES]);
    const { rows } = await database.client.query<{ movies: number; people: number }>(
      `SELECT count(*)::int AS movies, sum(jsonb_array_length("cast") + jsonb_array_length(crew))::int AS people
       FROM movies WHERE enriched_at IS NOT NULL`,
    );
    expectEqual('enriched movies', rows[0]?.movies, MOVIES);
    expectEqual('whether they have people', (rows[0]?.people ?? 0) > MOVIES, true);
    await service.finish();
    await database.drop();
    await sandbox.end();
    return {
      'movies a second': MOVIES / seconds,
      'movies a second of our CPU': MOVIES / cpuSeconds,
      'peak memory': peakMb,
    };
  },
};
