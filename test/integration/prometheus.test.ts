import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createApp } from '../../src/app/bootstrap.js';
import { freePort } from '../../src/common/free-port.js';
import { loadServiceConfig } from '../../src/config/load-config.js';
import { MetricsServer } from '../../src/metrics/metrics-server.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { until } from '../support/until.js';

const OPS = join(import.meta.dirname, '..', '..', 'ops');
/** Debian's package `prometheus` brings both. */
const isInstalled = ['promtool', 'prometheus'].every(
  (program) => spawnSync(program, ['--version']).error === undefined,
);
const whereInstalled = isInstalled ? describe : describe.skip;

interface Board {
  readonly panels: readonly {
    readonly title: string;
    readonly targets: readonly { readonly expr: string }[];
  }[];
}

function promtool(args: readonly string[], input = ''): string {
  const { status, stdout, stderr } = spawnSync('promtool', args, { encoding: 'utf8', input });
  return status === 0 ? '' : `${stdout}${stderr}`;
}

whereInstalled('with Prometheus (skipped where promtool and prometheus are not installed)', () => {
  let service: TestApp;
  let worker: Awaited<ReturnType<typeof createApp>>;
  let prometheus: ChildProcess;
  let folder: string;
  let api: string;

  beforeAll(async () => {
    service = await startTestApp({ METRICS_PORT: '0', ROLES: 'api' }, { movies: 60, people: 3 });
    const env = {
      TMDB_API_KEY: '0'.repeat(32),
      TMDB_BASE_URL: service.sandbox.url,
      DATABASE_URL: service.database.url,
      LOG_LEVEL: 'fatal',
      // Passport's strategies belong to the process: those of the worker verify the tokens.
      JWT_SECRET: 'only-for-tests-0f7c2e9a4b6d8135e1',
      METRICS_PORT: '0',
    };
    worker = await createApp(loadServiceConfig(env, ['worker']));
    await worker.init();
    // Before the first scrape, whose figures of the database are valid for 30 seconds.
    const triggered = await service.post('/pipeline/run', { update_type: 'daily' });
    await service.end((triggered.body as { run_id: number }).run_id);
    expect((await service.post('/pipeline/scheduler/stop')).status).toBe(200);
    await service.database.query(`UPDATE movies SET enriched_at = now() - interval '151 days' WHERE id IN
      (SELECT id FROM movies ORDER BY id LIMIT 2)`);
    const targets = [service.app, worker].map((app) => new URL(app.get(MetricsServer).url!).host);
    folder = mkdtempSync(join(tmpdir(), 'movie-pipeline-prometheus-'));
    writeFileSync(
      join(folder, 'prometheus.yml'),
      `global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: [${join(OPS, 'prometheus', 'rules.yml')}]
scrape_configs: [{ job_name: movie-pipeline, static_configs: [{ targets: ${JSON.stringify(targets)} }] }]`,
    );
    const port = await freePort(0, '127.0.0.1');
    api = `http://127.0.0.1:${port!}/api/v1`;
    prometheus = spawn(
      'prometheus',
      [
        `--config.file=${join(folder, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port!}`,
      ],
      { stdio: 'ignore' },
    );
  });

  afterAll(async () => {
    const exited = new Promise((resolve) => prometheus.once('exit', resolve));
    prometheus.kill('SIGTERM');
    await exited;
    await worker.close();
    await service.close();
    rmSync(folder, { recursive: true });
  });

  async function query(expr: string): Promise<unknown[]> {
    try {
      const response = await fetch(`${api}/query?query=${encodeURIComponent(expr)}`);
      const { data } = (await response.json()) as { data?: { result: unknown[] } };
      return data?.result ?? [];
    } catch {
      return [];
    }
  }

  it('promtool finds no fault in the metrics of a process', async () => {
    const text = await (await fetch(service.app.get(MetricsServer).url!)).text();
    // Node's own metrics have names of the client library.
    const ours = text.replace(/^(?:# (?:HELP|TYPE) )?movie_pipeline_(?:nodejs|process)_.*\n/gm, '');
    expect(promtool(['check', 'metrics'], ours)).toBe('');
  });

  it('promtool accepts the rules, and its tests of each rule pass', () => {
    expect(promtool(['check', 'rules', join(OPS, 'prometheus', 'rules.yml')])).toBe('');
    expect(promtool(['test', 'rules', join(OPS, 'prometheus', 'rules.test.yml')])).toBe('');
  });

  it('each query of the Grafana board has data after a run, and stopped schedules raise an alert', async () => {
    const board = JSON.parse(readFileSync(join(OPS, 'grafana', 'movie-pipeline.json'), 'utf8')) as Board;
    const missing = new Set(board.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)));
    await until(
      async () => {
        for (const expr of missing) {
          const ranged = expr.replaceAll('$__rate_interval', '30s');
          if ((await query(ranged)).length > 0) missing.delete(expr);
        }
        return missing.size === 0;
      },
      { deadlineMs: 45_000, what: 'data for each query' },
    ).catch(() => undefined);
    expect([...missing]).toEqual([]);
    await until(async () => (await query('ALERTS{alertname="MoviePipelineSchedulerStopped"}')).length > 0, {
      deadlineMs: 45_000,
      what: 'a pending or firing alert',
    });
  });
});

it('the files for Grafana and Prometheus are JSON and name only metrics of this service', () => {
  const board = readFileSync(join(OPS, 'grafana', 'movie-pipeline.json'), 'utf8');
  expect(() => JSON.parse(board) as unknown).not.toThrow();
  expect(board).not.toContain('exported_job');
});
