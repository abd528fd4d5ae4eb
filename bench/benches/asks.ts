import { type Bench, expectEqual } from '../harness/bench.js';
import { dailyPlan } from './plans.js';

/** What is asked of TMDB for a movie. */
export const asks: Bench = {
  name: 'asks',
  about: 'a daily run, and another at once',
  figures: [
    { name: 'requests per enriched movie', unit: '', goal: { atMost: 1 } },
    { name: 'details asked for by the second run', unit: '', goal: { atMost: 0 } },
  ],
  repeats: 1,
  warmUps: 0,
  async measure(target, lab) {
    const sandbox = await lab.sandbox({});
    const database = await lab.database(target);
    const env = { TMDB_REQUESTS_PER_SECOND: '100000' };
    const service = await lab.service(target, { databaseUrl: database.url, sandboxUrl: sandbox.url, env });
    const first = await service.run(await dailyPlan(target));
    const asked = (await sandbox.counters()).asked.details;
    await sandbox.reset();
    const second = await service.run(await dailyPlan(target));
    const askedAgain = (await sandbox.counters()).asked.details;
    expectEqual('the runs', [first.run.status, second.run.status], ['SUCCESS', 'SUCCESS']);
    expectEqual('what the second run collected', second.run.unchanged, first.run.inserted);
    expectEqual('what it left out as fresh', second.run.skippedFresh, first.run.enriched);
    await service.finish();
    await database.drop();
    await sandbox.end();
    return {
      'requests per enriched movie': asked / first.run.enriched,
      'details asked for by the second run': askedAgain,
    };
  },
};
