import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, type Ask, Balancer } from './balancer.js';
import { faultsOfRun, Fleet, type Stage, wideRun } from './fleet.js';
import { until } from './patience.js';
import { logIn, type Replica } from './replica.js';
import { readTables } from './tables.js';

export interface RollingReport {
  readonly summary: string;
  readonly faults: readonly string[];
  /** What the processes printed. */
  readonly logs: Readonly<Record<string, string>>;
}

/** So few that a run of 600 movies lasts until all replicas have been replaced. */
const REQUESTS_PER_SECOND = 20;
const ASK_MS = 20;
/** One request in so many asks for the run, again and again with one key: each time it is the same run. */
const TRIGGER_EVERY = 50;
const STOP_SECONDS = 10;
const READY_SECONDS = 60;
const SHOWN_FAULTS = 20;

/** Three replicas of the whole service are replaced one by one in mid-run, and whoever asks them meets no failure. */
export async function rollingRestart(stage: Stage): Promise<RollingReport> {
  const fleet = await Fleet.start(stage, REQUESTS_PER_SECOND, { A: null, B: null, C: null });
  const balancer = new Balancer(fleet.replicas.map(({ address }) => address));
  const faults: string[] = [];
  let summary = 'it did not come to its end';
  try {
    await until('The start of all replicas', READY_SECONDS, () =>
      Promise.resolve(balancer.ready === fleet.replicas.length),
    );
    const trigger = await triggerOf(fleet, stage.movies);
    const first = await balancer.ask(trigger);
    const { run_id: id } = JSON.parse(first.body) as { run_id: number };
    const over = new AbortController();
    const load = underLoad(balancer, { trigger, first }, over.signal);
    const seconds: number[] = [];
    try {
      for (const replica of fleet.replicas) seconds.push(await replace(replica, balancer, fleet, faults));
    } finally {
      over.abort();
    }
    const { asked, failures } = await load;
    faults.push(...failures.slice(0, SHOWN_FAULTS));
    const run = await fleet.end(id);
    faults.push(...faultsOfRun(run, await readTables(stage.postgres.url)), ...(await fleet.faultsOfQueue()));
    summary = [
      `${asked} requests, ${failures.length} failed`,
      `stopped within ${Math.max(...seconds).toFixed(1)} s`,
      `the run was resumed ${run.times_resumed} times`,
    ].join('; ');
  } catch (error) {
    faults.push(error instanceof Error ? error.message : String(error));
  } finally {
    await balancer.close();
    faults.push(...(await fleet.stop()));
  }
  return { summary, faults, logs: fleet.logs };
}

async function triggerOf(fleet: Fleet, movies: number): Promise<Ask> {
  const token = await logIn(fleet.replicas[0]?.address ?? '');
  return {
    path: '/pipeline/run',
    body: wideRun(movies),
    headers: { Authorization: `Bearer ${token}`, 'Idempotency-Key': 'rolling' },
  };
}

/** Returns how many seconds it took to stop. */
async function replace(
  replica: Replica,
  balancer: Balancer,
  fleet: Fleet,
  faults: string[],
): Promise<number> {
  const { end, seconds } = await replica.stop();
  if (end !== 0) faults.push(`${replica.name} ended with ${end} when it was told to stop.`);
  if (seconds > STOP_SECONDS) faults.push(`${replica.name} took ${seconds.toFixed(1)} s to stop.`);
  replica.start();
  await until(`The start of ${replica.name}`, READY_SECONDS, () =>
    Promise.resolve(balancer.ready === fleet.replicas.length),
  );
  return seconds;
}

/** Asks at a steady pace, whatever becomes of earlier requests. Resolves once the last is answered. */
async function underLoad(
  balancer: Balancer,
  { trigger, first }: { readonly trigger: Ask; readonly first: Answer },
  over: AbortSignal,
): Promise<{ readonly asked: number; readonly failures: readonly string[] }> {
  const failures: string[] = [];
  const asking: Promise<void>[] = [];
  for (let count = 1; !over.aborted; count++) {
    const isTrigger = count % TRIGGER_EVERY === 0;
    const what = isTrigger ? trigger : { path: count % 2 === 0 ? '/pipeline/status' : '/pipeline/runs' };
    const isRight = ({ status, body }: Answer): boolean =>
      isTrigger ? status === first.status && body === first.body : status === 200;
    asking.push(
      balancer.ask(what).then(
        (answer) => {
          if (!isRight(answer)) failures.push(`${what.path} answered ${answer.status}: ${answer.body}`);
        },
        (error: unknown) => {
          failures.push(`${what.path} failed: ${String(error)}`);
        },
      ),
    );
    await sleep(ASK_MS);
  }
  await Promise.all(asking);
  return { asked: asking.length, failures };
}
