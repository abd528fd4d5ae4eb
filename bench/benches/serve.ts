import { setTimeout as sleep } from 'node:timers/promises';
import { type Bench, expectEqual, expectThat } from '../harness/bench.js';
import { readEvenly } from '../harness/readers.js';
import type { Service } from '../harness/service.js';
import { percentile } from '../harness/statistics.js';
import { customPlan } from './plans.js';

const PER_SECOND = 200;
const SECONDS = 5;
const LOOK_MS = 50;
/** How fast the run may ask, and films enough for it to outlast the readers. */
const PACED = { perSecond: 40, films: 800 };
const OPEN = { perSecond: 100_000, films: 6_000 };
/** In each cast and each crew: 250 KB a film. */
const PEOPLE = 450;

interface Latency {
  readonly p50: number;
  readonly p99: number;
}

interface Busy extends Latency {
  readonly loopDelayP99Ms: number;
  /** What readers of a server wait meanwhile that does nothing but answer. */
  readonly bystander: Latency;
}

/** What readers of the API wait, while nothing runs, at TMDB's limit, and while a run takes all it can. */
export const serve: Bench = {
  name: 'serve',
  about: `GET /pipeline/status and /pipeline/runs, ${PER_SECOND} a second together; idle, and during runs of 250 KB bodies`,
  figures: [
    { name: 'p50, idle', unit: 'ms' },
    { name: 'p99, idle', unit: 'ms', goal: { atMost: 10 } },
    { name: `p50, during a run at ${PACED.perSecond}/s`, unit: 'ms' },
    { name: `p99 during a run at ${PACED.perSecond}/s to idle`, unit: '×', goal: { atMost: 5 } },
    { name: `event-loop delay p99, at ${PACED.perSecond}/s`, unit: 'ms', goal: { atMost: 20 } },
    { name: 'p50, during an open run', unit: 'ms' },
    { name: 'p99, during an open run', unit: 'ms' },
    { name: 'p99 during an open run to idle', unit: '×', goal: { atMost: 5 } },
    { name: 'event-loop delay p99, during an open run', unit: 'ms', goal: { atMost: 20 } },
    { name: 'p99 of a server that only answers, meanwhile, to the service idle', unit: '×' },
  ],
  repeats: 3,
  warmUps: 0,
  async measure(target, lab) {
    const sandbox = await lab.sandbox({ films: 100_000, people: PEOPLE, keepAnswers: true });
    const database = await lab.database(target);
    const bystander = await lab.bystander();
    const start = ({ perSecond }: typeof PACED): ReturnType<typeof lab.service> => {
      const env = { TMDB_REQUESTS_PER_SECOND: String(perSecond) };
      return lab.service(target, { databaseUrl: database.url, sandboxUrl: sandbox.url, env });
    };
    const during = async (
      service: Service,
      api: readonly string[],
      { films }: typeof PACED,
    ): Promise<Busy> => {
      const before = (await sandbox.counters()).asked.details;
      const running = service.run(await customPlan(target, films));
      // Should the measurement fail, it says so, and not the run that ends with it.
      running.catch(() => undefined);
      // The lists come first, whose pages are small.
      while ((await sandbox.counters()).asked.details === before) await sleep(LOOK_MS);
      // The run has its database connections opened, which the readers had before.
      await latencies(api, 2);
      const latency = await latencies(api, SECONDS);
      const ofBystander = await latencies([bystander.url], SECONDS);
      await service.cancel();
      const { run, loopDelayP99Ms } = await running;
      expectEqual('the run', run.status, 'CANCELLED');
      expectThat('it enriched films meanwhile', run.enriched > 100);
      return { ...latency, loopDelayP99Ms, bystander: ofBystander };
    };

    let service = await start(PACED);
    let api = apiAt(await service.listen());
    await latencies(api, 2);
    const idle = await latencies(api, SECONDS);
    const paced = await during(service, api, PACED);
    await service.finish();
    service = await start(OPEN);
    api = apiAt(await service.listen());
    await latencies(api, 2);
    const open = await during(service, api, OPEN);
    await service.finish();
    await database.drop();
    await Promise.all([sandbox.end(), bystander.end()]);
    return {
      'p50, idle': idle.p50,
      'p99, idle': idle.p99,
      [`p50, during a run at ${PACED.perSecond}/s`]: paced.p50,
      [`p99 during a run at ${PACED.perSecond}/s to idle`]: paced.p99 / idle.p99,
      [`event-loop delay p99, at ${PACED.perSecond}/s`]: paced.loopDelayP99Ms,
      'p50, during an open run': open.p50,
      'p99, during an open run': open.p99,
      'p99 during an open run to idle': open.p99 / idle.p99,
      'event-loop delay p99, during an open run': open.loopDelayP99Ms,
      'p99 of a server that only answers, meanwhile, to the service idle': open.bystander.p99 / idle.p99,
    };
  },
};

function apiAt(url: string): string[] {
  return [`${url}/pipeline/status`, `${url}/pipeline/runs`];
}

async function latencies(urls: readonly string[], seconds: number): Promise<Latency> {
  const times = await readEvenly({ urls, perSecond: PER_SECOND, seconds });
  return { p50: percentile(times, 50), p99: percentile(times, 99) };
}
