import type { Client } from 'pg';
import { type Bench, expectEqual } from '../harness/bench.js';
import { type Filling, FILLINGS } from '../harness/fill.js';
import type { Lab } from '../harness/lab.js';
import { median } from '../harness/statistics.js';
import type { Target } from '../harness/target.js';
import { dailyPlan } from './plans.js';

/** Of each endpoint. */
const LOOKS = 200;

interface AtSize {
  readonly dailySeconds: number;
  readonly peakMb: number;
  readonly statusMs: number;
  readonly historyMs: number;
}

/** What more films and more runs on record cost. */
export const growth: Bench = {
  name: 'growth',
  about:
    'a daily run, status and history: 1.2 million films and a million runs, against 10 thousand and a thousand',
  figures: [
    { name: 'daily run, 100 thousand films', unit: '×', goal: { atMost: 1.3 } },
    { name: 'daily run, 1.2 million films', unit: '×', goal: { atMost: 1.3 } },
    { name: 'memory, 1.2 million films', unit: '×', goal: { atMost: 1.2 } },
    { name: 'status, a million runs', unit: '×', goal: { atMost: 1.3 } },
    { name: 'history, a million runs', unit: '×', goal: { atMost: 1.3 } },
    { name: 'daily run', unit: 's' },
    { name: 'peak memory', unit: 'MB', goal: { atMost: 250 } },
    { name: 'status', unit: 'ms' },
    { name: 'history', unit: 'ms' },
  ],
  repeats: 3,
  warmUps: 0,
  async measure(target, lab) {
    const [small, medium, large] = [
      await atSize(target, lab, FILLINGS.small),
      await atSize(target, lab, FILLINGS.medium),
      await atSize(target, lab, FILLINGS.large),
    ];
    return {
      'daily run, 100 thousand films': medium.dailySeconds / small.dailySeconds,
      'daily run, 1.2 million films': large.dailySeconds / small.dailySeconds,
      'memory, 1.2 million films': large.peakMb / small.peakMb,
      'status, a million runs': large.statusMs / small.statusMs,
      'history, a million runs': large.historyMs / small.historyMs,
      'daily run': large.dailySeconds,
      'peak memory': large.peakMb,
      status: large.statusMs,
      history: large.historyMs,
    };
  },
};

async function atSize(target: Target, lab: Lab, filling: Filling): Promise<AtSize> {
  const sandbox = await lab.sandbox({ films: filling.films, keepAnswers: true });
  const database = await lab.filled(target, filling);
  const before = await runsIn(database.client);
  const env = { TMDB_REQUESTS_PER_SECOND: '100000' };
  const service = await lab.service(target, { databaseUrl: database.url, sandboxUrl: sandbox.url, env });
  const plan = await dailyPlan(target);
  await makeDueAgain(database.client);
  await service.run(plan);
  await makeDueAgain(database.client);
  const { run, seconds, peakMb } = await service.run(plan);
  expectEqual('the run', [run.status, run.inserted, run.skippedFresh], ['SUCCESS', 0, 0]);
  expectEqual('what it enriched', run.enriched, run.unchanged);
  const url = await service.listen();
  const status = await look(`${url}/pipeline/status`, (body) => (body as { total_runs: number }).total_runs);
  const history = await look(`${url}/pipeline/runs`, (body) => (body as unknown[]).length);
  expectEqual('runs on record', status.answer, before + 2);
  expectEqual('runs on a page', history.answer, 20);
  await service.finish();
  await sandbox.end();
  return { dailySeconds: seconds, peakMb, statusMs: status.ms, historyMs: history.ms };
}

async function runsIn(client: Client): Promise<number> {
  const { rows } = await client.query<{ runs: number }>('SELECT count(*)::int AS runs FROM pipeline_runs');
  return rows[0]!.runs;
}

/** As if the run before had been half a year ago. */
async function makeDueAgain(client: Client): Promise<void> {
  await client.query(
    `UPDATE movies SET enriched_at = enriched_at - interval '140 days' WHERE enriched_at > now() - interval '1 day'`,
  );
}

/** The median of many, after as many that don't count. */
async function look(url: string, read: (body: unknown) => unknown): Promise<{ ms: number; answer: unknown }> {
  const times: number[] = [];
  let answer: unknown;
  for (let count = 0; count < 2 * LOOKS; count++) {
    const started = performance.now();
    const response = await fetch(url);
    answer = read(await response.json());
    if (count >= LOOKS) times.push(performance.now() - started);
  }
  return { ms: median(times), answer };
}
