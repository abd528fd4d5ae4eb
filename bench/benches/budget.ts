import { type Bench, expectEqual, type Sample } from '../harness/bench.js';
import type { Database, Lab } from '../harness/lab.js';
import type { Sandbox } from '../harness/sandbox.js';
import type { MeasuredRun, ServiceSettings } from '../harness/service.js';
import type { Target } from '../harness/target.js';
import { customPlan, MOVIES } from './plans.js';

const PER_SECOND = 40;
/** Milliseconds, and requests in any second past which it answers 429. */
const IMPATIENT = { latencyMs: 40, jitterMs: 80, rateLimit: 42 };

/** A run that enriches a thousand movies, against a server that has no patience. */
export const budget: Bench = {
  name: 'budget',
  about: `a run that enriches ${MOVIES} movies at ${PER_SECOND} requests a second; latency 80 ± 40 ms; refused past 42`,
  figures: [
    { name: 'share of the ideal rate', unit: '', goal: { atLeast: 0.97 } },
    { name: 'the same, through the queue', unit: '', goal: { atLeast: 0.97 } },
    { name: 'answers of 429', unit: '', goal: { atMost: 0 } },
    { name: 'requests in the busiest second', unit: '' },
    { name: 'three processes: share of the ideal rate', unit: '', goal: { atLeast: 0.9 } },
    { name: 'three processes: requests in the busiest second', unit: '', goal: { atMost: PER_SECOND } },
    { name: 'three processes: answers of 429', unit: '', goal: { atMost: 0 } },
  ],
  repeats: 2,
  warmUps: 0,
  async measure(target, lab) {
    const sandbox = await lab.sandbox(IMPATIENT);
    const database = await lab.database(target);
    const service = await lab.service(target, settingsOf(database, sandbox));
    await service.listen();
    const plan = await customPlan(target, MOVIES);
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
      ...(await threeProcesses(target, lab)),
      'share of the ideal rate': requests / PER_SECOND / foreground.seconds,
      'the same, through the queue': counters.requests / PER_SECOND / (queued.durationSeconds ?? Number.NaN),
      'answers of 429': foreground.run.rateLimited + queued.run.rateLimited,
      'requests in the busiest second': counters.maxPerSecond,
    };
  },
};

/** A queued run whose batches three services share, each with a worker. */
async function threeProcesses(target: Target, lab: Lab): Promise<Sample> {
  const sandbox = await lab.sandbox(IMPATIENT);
  const database = await lab.database(target);
  const start = async (): ReturnType<Lab['service']> => {
    const service = await lab.service(target, settingsOf(database, sandbox));
    await service.listen();
    return service;
  };
  const services = [await start(), await start(), await start()] as const;
  const queued = await services[0].queue(await customPlan(target, MOVIES));
  await checkRun(queued, database);
  const { requests, answers, maxPerSecond } = await sandbox.counters();
  const refused = answers['429'] ?? 0;
  await Promise.all(services.map((service) => service.finish()));
  await database.drop();
  await sandbox.end();
  return {
    // What was refused brought the run no further.
    'three processes: share of the ideal rate':
      (requests - refused) / PER_SECOND / (queued.durationSeconds ?? Number.NaN),
    'three processes: requests in the busiest second': maxPerSecond,
    'three processes: answers of 429': refused,
  };
}

function settingsOf({ url }: Database, sandbox: Sandbox): Omit<ServiceSettings, 'dataDir'> {
  const env = { TMDB_REQUESTS_PER_SECOND: String(PER_SECOND) };
  return { databaseUrl: url, sandboxUrl: sandbox.url, env };
}

async function checkRun({ run }: MeasuredRun, { client }: Database): Promise<void> {
  expectEqual('the run', [run.status, run.enriched], ['SUCCESS', MOVIES]);
  const { rows } = await client.query('SELECT FROM movies WHERE enriched_at IS NOT NULL');
  expectEqual('enriched movies', rows.length, MOVIES);
}
