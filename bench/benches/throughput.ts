import { type Bench, expectEqual, expectThat } from '../harness/bench.js';
import { customPlan } from './plans.js';

const MOVIES = 2_000;

/** The most movies that the service can enrich: TMDB limits neither rate nor latency. */
export const throughput: Bench = {
  name: 'throughput',
  about: `a run that enriches ${MOVIES} movies without rate limit and latency; bodies of 35 KB on average`,
  figures: [
    { name: 'movies per second', unit: '/s', goal: { atLeast: 600 } },
    { name: 'movies per second of CPU', unit: '/s', goal: { atLeast: 900 } },
    { name: 'peak memory', unit: 'MB', goal: { atMost: 250 } },
  ],
  repeats: 3,
  warmUps: 0,
  async measure(target, environment) {
    const sandbox = await environment.sandbox({ movies: 100_000, keepAnswers: true });
    const database = await environment.database(target);
    const env = { TMDB_REQUESTS_PER_SECOND: '100000' };
    const service = await environment.service(target, {
      databaseUrl: database.url,
      sandboxUrl: sandbox.url,
      env,
    });
    const plan = await customPlan(target, MOVIES);
    // Warms up both sides: the sandbox generates and keeps its responses, and V8 compiles our code.
    await service.run(plan);
    await database.client.query('TRUNCATE movies CASCADE');
    const { run, seconds, cpuSeconds, peakMb } = await service.run(plan);
    expectEqual('status and enriched movies of the run', [run.status, run.enriched], ['SUCCESS', MOVIES]);
    const { rows } = await database.client.query<{ movies: number; people: number }>(
      `SELECT count(*)::int AS movies, sum(jsonb_array_length("cast") + jsonb_array_length(crew))::int AS people
       FROM movies WHERE enriched_at IS NOT NULL`,
    );
    expectEqual('enriched movies', rows[0]?.movies, MOVIES);
    expectThat('the movies have cast and crew', (rows[0]?.people ?? 0) > MOVIES);
    await service.finish();
    await database.drop();
    await sandbox.stop();
    return {
      'movies per second': MOVIES / seconds,
      'movies per second of CPU': MOVIES / cpuSeconds,
      'peak memory': peakMb,
    };
  },
};
