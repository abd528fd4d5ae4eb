import { setTimeout as sleep } from 'node:timers/promises';
import { logIn } from './api-client.js';
import { Cluster, type Environment } from './cluster.js';
import { fullCatalogueRun, runFailures } from './full-catalogue-run.js';
import { type HttpRequest, type HttpResponse, LoadBalancer } from './load-balancer.js';
import { pollUntil } from './poll-until.js';
import type { Replica } from './replica.js';
import { readTables } from './tables.js';

export interface RollingRestartReport {
  readonly summary: string;
  /** Empty when every check passed. */
  readonly failures: readonly string[];
  /** Each replica's output by its name. */
  readonly logs: Readonly<Record<string, string>>;
}

/** Low enough that a run of 600 movies lasts until every replica has been restarted. */
const REQUESTS_PER_SECOND = 20;
const REQUEST_INTERVAL_MS = 20;
/** Every fiftieth request triggers the run again with the same idempotency key, which returns the first response. */
const TRIGGER_EVERY = 50;
const MAX_STOP_SECONDS = 10;
const READY_SECONDS = 60;
const MAX_REPORTED_FAILURES = 20;

interface Trigger {
  readonly request: HttpRequest;
  readonly firstResponse: HttpResponse;
}

/** Restarts three replicas of the whole service one after another during a run. No request may fail. */
export async function rollingRestart(environment: Environment): Promise<RollingRestartReport> {
  const cluster = await Cluster.start(environment, REQUESTS_PER_SECOND, { A: null, B: null, C: null });
  const balancer = new LoadBalancer(cluster.replicas.map(({ address }) => address));
  const failures: string[] = [];
  let summary = 'not completed';
  try {
    await allReady(balancer, cluster);
    const request = await triggerRequest(cluster, environment.movies);
    const firstResponse = await balancer.send(request);
    const { run_id: id } = JSON.parse(firstResponse.body) as { run_id: number };
    const restarted = new AbortController();
    const load = sendLoad(balancer, { request, firstResponse }, restarted.signal);
    const stopSeconds: number[] = [];
    try {
      for (const replica of cluster.replicas)
        stopSeconds.push(await restart(replica, balancer, cluster, failures));
    } finally {
      restarted.abort();
    }
    const { sent, failed } = await load;
    failures.push(...failed.slice(0, MAX_REPORTED_FAILURES));
    const run = await cluster.endOfRun(id);
    const tables = await readTables(environment.postgres.url);
    failures.push(...runFailures(run, tables), ...(await cluster.queueFailures()));
    summary = [
      `${sent} requests, ${failed.length} failed`,
      `longest shutdown ${Math.max(...stopSeconds).toFixed(1)} s`,
      `run resumed ${run.times_resumed} times`,
    ].join('; ');
  } catch (error) {
    failures.push(error instanceof Error ? error.message : String(error));
  } finally {
    await balancer.close();
    failures.push(...(await cluster.stop()));
  }
  return { summary, failures, logs: cluster.logs };
}

async function allReady(balancer: LoadBalancer, cluster: Cluster): Promise<void> {
  await pollUntil(() => balancer.readyCount === cluster.replicas.length, {
    seconds: READY_SECONDS,
    what: 'all replicas are ready',
  });
}

async function triggerRequest(cluster: Cluster, movies: number): Promise<HttpRequest> {
  const token = await logIn(cluster.replicas[0]?.address ?? '');
  return {
    path: '/pipeline/run',
    body: fullCatalogueRun(movies),
    headers: { Authorization: `Bearer ${token}`, 'Idempotency-Key': 'rolling' },
  };
}

/** Returns the seconds that the shutdown took. */
async function restart(
  replica: Replica,
  balancer: LoadBalancer,
  cluster: Cluster,
  failures: string[],
): Promise<number> {
  const { end, seconds } = await replica.stop();
  if (end !== 0) failures.push(`${replica.name} exited with ${end} after SIGTERM.`);
  if (seconds > MAX_STOP_SECONDS) failures.push(`${replica.name} took ${seconds.toFixed(1)} s to shut down.`);
  replica.start();
  await allReady(balancer, cluster);
  return seconds;
}

/** Sends requests at a constant rate until `restarted`, then waits for the open ones. */
async function sendLoad(
  balancer: LoadBalancer,
  trigger: Trigger,
  restarted: AbortSignal,
): Promise<{ readonly sent: number; readonly failed: readonly string[] }> {
  const failed: string[] = [];
  const requests: Promise<void>[] = [];
  for (let count = 1; !restarted.aborted; count++) {
    const isTrigger = count % TRIGGER_EVERY === 0;
    const request = isTrigger
      ? trigger.request
      : { path: count % 2 === 0 ? '/pipeline/status' : '/pipeline/runs' };
    const isExpected = ({ status, body }: HttpResponse): boolean =>
      isTrigger
        ? status === trigger.firstResponse.status && body === trigger.firstResponse.body
        : status === 200;
    requests.push(
      balancer.send(request).then(
        (response) => {
          if (!isExpected(response))
            failed.push(`${request.path} returned ${response.status}: ${response.body}`);
        },
        (error: unknown) => {
          failed.push(`${request.path} failed: ${String(error)}`);
        },
      ),
    );
    await sleep(REQUEST_INTERVAL_MS);
  }
  await Promise.all(requests);
  return { sent: requests.length, failed };
}
