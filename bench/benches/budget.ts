import type { LaunchedSandbox } from '../../src/sandbox/launch.js';
import { type Bench, expectEqual } from '../harness/bench.js';
import type { Database, Environment } from '../harness/environment.js';
import type { MeasuredRun, ServiceSettings } from '../harness/service.js';
import type { Target } from '../harness/target.js';
import { customPlan, MOVIES } from './plans.js';

const PER_SECOND = 40;
/** Milliseconds, and the requests in any second above which the sandbox returns 429. */
const TMDB = { latencyMs: 40, jitterMs: 80, rateLimit: 42 };

/** How much of the configured rate limit a run uses. */
export const budget: Bench = {
  name: 'budget',
  about: `a run that enriches ${MOVIES} movies at ${PER_SECOND} requests per second; latency 80 ± 40 ms; 429 above ${TMDB.rateLimit}`,
  figures: [
    { name: 'share of the ideal rate', unit: '', goal: { atLeast: 0.97 } },
    { name: 'responses with 429', unit: '', goal: { atMost: 0 } },
    { name: 'requests in the busiest second', unit: '' },
    { name: 'three processes: share of the ideal rate', unit: '', goal: { atLeast: 0.9 } },
    { name: 'three processes: requests in the busiest second', unit: '', goal: { atMost: PER_SECOND } },
    { name: 'three processes: responses with 429', unit: '', goal: { atMost: 0 } },
  ],
  repeats: 2,
  warmUps: 0,
  async measure(target, environment) {
    const one = await measureUsage(1, target, environment);
    const three = await measureUsage(3, target, environment);
    return {
      'share of the ideal rate': one.throughput,
      'responses with 429': one.refused,
      'requests in the busiest second': one.busiestSecond,
      'three processes: share of the ideal rate': three.throughput,
      'three processes: requests in the busiest second': three.busiestSecond,
      'three processes: responses with 429': three.refused,
    };
  },
};

interface Usage {
  /** As a share of PER_SECOND. */
  readonly throughput: number;
  readonly refused: number;
  readonly busiestSecond: number;
}

/** One run, whose enrichment the workers of all processes share. */
async function measureUsage(processes: number, target: Target, environment: Environment): Promise<Usage> {
  const sandbox = await environment.sandbox(TMDB);
  const database = await environment.database(target);
  const services = [];
  for (let started = 0; started < processes; started++) {
    const service = await environment.service(target, settingsOf(database, sandbox));
    await service.listen();
    services.push(service);
  }
  const measured = await services[0]!.run(await customPlan(target, MOVIES), { isShared: processes > 1 });
  await checkRun(measured, database);
  const { requests, responses, maxPerSecond } = await sandbox.counters();
  expectEqual('recorded requests', measured.run.tmdbRequests, requests);
  const refused = responses['429'] ?? 0;
  await Promise.all(services.map((service) => service.finish()));
  await database.drop();
  await sandbox.stop();
  return {
    // Refused requests do not advance the run.
    throughput: (requests - refused) / PER_SECOND / measured.seconds,
    refused,
    busiestSecond: maxPerSecond,
  };
}

function settingsOf({ url }: Database, sandbox: LaunchedSandbox): Omit<ServiceSettings, 'dataDir'> {
  const env = { TMDB_REQUESTS_PER_SECOND: String(PER_SECOND) };
  return { databaseUrl: url, sandboxUrl: sandbox.url, env };
}

async function checkRun({ run }: MeasuredRun, { client }: Database): Promise<void> {
  expectEqual('status and enriched movies of the run', [run.status, run.enriched], ['SUCCESS', MOVIES]);
  const { rows } = await client.query('SELECT FROM movies WHERE enriched_at IS NOT NULL');
  expectEqual('enriched movies', rows.length, MOVIES);
}
