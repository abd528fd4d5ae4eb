import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DatabaseFiguresCache } from '../../src/metrics/database-figures.js';
import { DatabaseMetrics } from '../../src/metrics/database-metrics.js';
import { MetricsServer } from '../../src/metrics/metrics-server.js';
import { createApp } from '../../src/app/bootstrap.js';
import { packageVersion } from '../../src/common/package-version.js';
import { loadServiceConfig } from '../../src/config/load-config.js';
import { Registry } from '@prometheus-io/client';
import { FakeClock } from '../support/fake-clock.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

let service: TestApp;
let url: string;

beforeAll(async () => {
  service = await startTestApp({ METRICS_PORT: '0' }, { movies: 60, people: 3 });
  url = service.app.get(MetricsServer).url!;
});

afterAll(async () => {
  await service.close();
});

/** The value of each series, by `name{labels}` without the prefix. */
async function scrape(): Promise<Map<string, number>> {
  const response = await fetch(url);
  expect(response.status).toBe(200);
  const lines = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const [series = '', value] = line.split(/ (?=[^ ]+$)/);
      expect(series).toMatch(/^movie_pipeline_/);
      return [series.slice('movie_pipeline_'.length), Number(value)];
    }),
  );
}

describe('the metrics of a process', () => {
  it('count a run, its requests to TMDB, the stored movies and the requests of the API by route', async () => {
    const started = await service.post('/pipeline/run', { update_type: 'quick' });
    const { run_id: id } = started.body as { run_id: number };
    await service.end(id);
    await service.get(`/pipeline/runs/${id}`);
    await service.get('/a/path/that/a/client/made/up', 404);
    await service.database.query(`UPDATE movies SET enriched_at = now() - interval '151 days' WHERE id IN
      (SELECT id FROM movies ORDER BY id LIMIT 2)`);
    await service.get('/pipeline/status');
    const metrics = await scrape();
    const stored = await service.database.query<{ n: number }>('SELECT count(*)::int AS n FROM movies');
    expect(Object.fromEntries(metrics)).toMatchObject({
      [`build_info{version="${packageVersion()}",node="${process.version}"}`]: 1,
      database_up: 1,
      'runs{status="SUCCESS"}': 1,
      runs_active: 0,
      'run_last_status{type="quick",status="SUCCESS"}': 1,
      'run_last_items{type="quick",result="inserted"}': stored[0]!.n,
      'movies{state="enriched"}': 2,
      'movies{state="never_enriched"}': stored[0]!.n - 2,
      'movies_outdated{days="150"}': 2,
      'movies_outdated{days="180"}': 0,
      scheduler_running: 1,
      'schedule_enabled{schedule="daily_update"}': 1,
      'queue_jobs{queue="run",state="waiting"}': 0,
      'http_request_duration_seconds_count{method="GET",route="/pipeline/runs/:id",status="200"}': 1,
      'http_request_duration_seconds_count{method="GET",route="none",status="404"}': 1,
    });
    expect(metrics.get('tmdb_requests_total{outcome="ok"}')).toBe(
      metrics.get('tmdb_request_duration_seconds_count'),
    );
    expect(metrics.get('tmdb_requests_total{outcome="ok"}')).toBeGreaterThan(5);
    expect(metrics.get('movies_oldest_age_seconds')).toBeGreaterThan(150 * 86_400);
    expect(metrics.get('run_last_success_timestamp_seconds{type="quick"}')).toBeGreaterThan(1.7e9);
    expect([...metrics.keys()].join('\n')).not.toMatch(/made|up\/|\/runs\/\d/);
  });

  it('are served at /metrics alone, to GET and HEAD', async () => {
    const statuses = await Promise.all([
      fetch(url.replace('/metrics', '/')),
      fetch(url, { method: 'POST' }),
      fetch(url, { method: 'HEAD' }),
    ]);
    expect(statuses.map(({ status }) => status)).toEqual([404, 405, 200]);
  });

  it('a worker without HTTP serves them too, and a taken METRICS_PORT names the setting', async () => {
    const env = {
      TMDB_API_KEY: '0'.repeat(32),
      TMDB_BASE_URL: service.sandbox.url,
      DATABASE_URL: service.database.url,
      LOG_LEVEL: 'fatal',
    };
    const worker = await createApp(loadServiceConfig({ ...env, METRICS_PORT: '0' }, ['worker']));
    await worker.init();
    const response = await fetch(worker.get(MetricsServer).url!);
    expect(await response.text()).toContain('movie_pipeline_database_up 1');
    await worker.close();
    const taken = await createApp(loadServiceConfig({ ...env, METRICS_PORT: new URL(url).port }, ['worker']));
    await expect(taken.init()).rejects.toThrow('Set METRICS_PORT to a free port');
    await taken.close();
  });
});

describe('the figures of the database', () => {
  it('scrapes share one reading for 30 seconds, and a failed one is read again', async () => {
    const clock = new FakeClock();
    let reads = 0;
    let fails = false;
    const read = (): Promise<never> => {
      reads += 1;
      return fails ? Promise.reject(new Error('away')) : Promise.resolve({} as never);
    };
    const one = { read };
    const none = {
      read: (): Promise<never> => Promise.resolve(null as never),
      figures: () => Promise.resolve([]),
    };
    const cache = new DatabaseFiguresCache(one as never, none as never, none as never, none as never, clock);
    await Promise.all([cache.read(), cache.read(), cache.read()]);
    expect(reads).toBe(1);
    await clock.advance(29_000);
    await cache.read();
    expect(reads).toBe(1);
    await clock.advance(2_000);
    fails = true;
    expect(await cache.read()).toBeNull();
    fails = false;
    expect(await cache.read()).not.toBeNull();
    expect(reads).toBe(3);
  });

  it('figures that cannot be read are absent, and database_up is 0', async () => {
    const registry = new Registry();
    new DatabaseMetrics(registry).set(null, new Date());
    const values = (await registry.metrics())
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    expect(values).toEqual(['movie_pipeline_database_up 0']);
  });
});
