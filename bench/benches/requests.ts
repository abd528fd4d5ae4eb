import { type Bench, expectEqual } from '../harness/bench.js';
import { dailyPlan } from './plans.js';

/** How many requests TMDB receives. */
export const requests: Bench = {
  name: 'requests',
  about: 'a daily run, and a second one immediately after it',
  figures: [
    { name: 'requests per enriched movie', unit: '', goal: { atMost: 1 } },
    { name: 'details requested by the second run', unit: '', goal: { atMost: 0 } },
  ],
  repeats: 1,
  warmUps: 0,
  async measure(target, environment) {
    const sandbox = await environment.sandbox({});
    const database = await environment.database(target);
    const env = { TMDB_REQUESTS_PER_SECOND: '100000' };
    const service = await environment.service(target, {
      databaseUrl: database.url,
      sandboxUrl: sandbox.url,
      env,
    });
    const first = await service.run(await dailyPlan(target));
    const firstRequests = (await sandbox.counters()).requestsTo.details;
    await sandbox.reset();
    const second = await service.run(await dailyPlan(target));
    const secondRequests = (await sandbox.counters()).requestsTo.details;
    expectEqual('status of the runs', [first.run.status, second.run.status], ['SUCCESS', 'SUCCESS']);
    expectEqual('movies that the second run collected', second.run.unchanged, first.run.inserted);
    expectEqual('movies that it skipped as fresh', second.run.skippedFresh, first.run.enriched);
    await service.finish();
    await database.drop();
    await sandbox.stop();
    return {
      'requests per enriched movie': firstRequests / first.run.enriched,
      'details requested by the second run': secondRequests,
    };
  },
};
