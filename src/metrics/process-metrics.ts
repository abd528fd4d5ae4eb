import { collectDefaultMetrics, Counter, Gauge, Histogram, type Registry } from '@prometheus-io/client';
import { httpRequests, tmdbRequests, tmdbWaits } from '../common/measurement.js';
import { packageVersion } from '../common/package-version.js';
import type { TmdbClient } from '../tmdb/tmdb-client.js';
import { PREFIX } from './prefix.js';

const HTTP_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const TMDB_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** Any other method is one that a client made up. */
const METHODS = ['GET', 'HEAD', 'POST', 'PATCH', 'PUT', 'DELETE', 'OPTIONS'];
const WAITS = ['throttled', 'failing', 'slow'] as const;

/** Counts what this process does. Returns a function that stops the counting. */
export function countProcess(registry: Registry, tmdb: TmdbClient, requestsPerSecond: number): () => void {
  collectDefaultMetrics({ register: registry, prefix: PREFIX });
  const registers = [registry];
  new Gauge({
    name: `${PREFIX}build_info`,
    help: '1: the version of this service and of Node.js',
    labelNames: ['version', 'node'],
    registers,
  }).set({ version: packageVersion(), node: process.version }, 1);
  const unsubscribe = [countHttp(registry), countTmdb(registry)];
  new Gauge({
    name: `${PREFIX}tmdb_rate_limit`,
    help: 'Requests per second that all processes together may start (TMDB_REQUESTS_PER_SECOND)',
    registers,
  }).set(requestsPerSecond);
  new Gauge({
    name: `${PREFIX}tmdb_waiting`,
    help: '1: what requests of this process wait for',
    labelNames: ['reason'],
    registers,
    collect() {
      const current = tmdb.waiting()?.for;
      for (const reason of WAITS) this.set({ reason }, reason === current ? 1 : 0);
    },
  });
  return () => {
    for (const end of unsubscribe) end();
    registry.clear();
  };
}

function countHttp(registry: Registry): () => void {
  const durations = new Histogram({
    name: `${PREFIX}http_request_duration_seconds`,
    help: 'Responses by route, until the last byte is sent; event streams last until they end',
    labelNames: ['method', 'route', 'status'],
    buckets: HTTP_BUCKETS,
    registers: [registry],
  });
  return httpRequests.subscribe(({ method, route, status, seconds }) => {
    durations.observe({ method: METHODS.includes(method) ? method : 'other', route, status }, seconds);
  });
}

function countTmdb(registry: Registry): () => void {
  const registers = [registry];
  const requests = new Counter({
    name: `${PREFIX}tmdb_requests_total`,
    help: 'Requests to TMDB, retries included, by outcome',
    labelNames: ['outcome'],
    registers,
  });
  const durations = new Histogram({
    name: `${PREFIX}tmdb_request_duration_seconds`,
    help: 'Requests to TMDB, without the wait for a permit',
    buckets: TMDB_BUCKETS,
    registers,
  });
  const waits = new Counter({
    name: `${PREFIX}tmdb_waits_total`,
    help: 'Waits of requests to TMDB by reason; those for a retry are the retries',
    labelNames: ['reason'],
    registers,
  });
  const waitSeconds = new Counter({
    name: `${PREFIX}tmdb_wait_seconds_total`,
    help: 'Seconds of these waits, summed over parallel requests; a pause delays permits too',
    labelNames: ['reason'],
    registers,
  });
  const ends = [
    tmdbRequests.subscribe(({ outcome, seconds }) => {
      requests.inc({ outcome });
      durations.observe(seconds);
    }),
    tmdbWaits.subscribe(({ reason, seconds }) => {
      waits.inc({ reason });
      waitSeconds.inc({ reason }, seconds);
    }),
  ];
  return () => {
    for (const end of ends) end();
  };
}
