import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { presetPlan } from '../../src/runs/run-plan.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { runToEnd } from '../support/test-pipeline.js';

let service: TestApp;

beforeAll(async () => {
  service = await startTestApp();
});

afterAll(async () => {
  await service.close();
});

describe('an empty history', () => {
  it('the status and the list of runs are empty before the first run', async () => {
    const { body } = await service.get('/pipeline/status');
    expect(body).toMatchObject({
      is_running: false,
      last_run: null,
      total_runs: 0,
      successful_runs: 0,
      failed_runs: 0,
      partial_runs: 0,
      average_duration_seconds: null,
      current_run: null,
    });
    expect((await service.get('/pipeline/runs')).body).toEqual([]);
  });
});

describe('the history', () => {
  beforeAll(async () => {
    for (let n = 0; n < 3; n++) {
      await runToEnd(service.app, presetPlan('quick'));
    }
  });

  it('the status counts the runs and shows the last run', async () => {
    const { body } = await service.get('/pipeline/status');
    expect(body).toMatchObject({ is_running: false, total_runs: 3, successful_runs: 3, last_run: { id: 3 } });
  });

  it('the list of runs has the newest run first, ISO times in UTC and no user names', async () => {
    const { body } = (await service.get('/pipeline/runs')) as {
      body: Record<string, unknown>[];
    };
    expect(body.map(({ id }) => id)).toEqual([3, 2, 1]);
    expect(body[2]).toMatchObject({
      update_type: 'quick',
      trigger: 'cli',
      status: 'SUCCESS',
      source_categories: ['popular', 'trending'],
      error_message: null,
      run_date: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      duration_seconds: expect.any(Number),
      fetched: 120,
      enriched: 0,
      times_resumed: 0,
    });
    expect(JSON.stringify(body)).not.toContain('tester');
  });

  it('the Link header leads through all pages of the list of runs', async () => {
    const ids: unknown[] = [];
    let next: string | undefined = '/pipeline/runs?limit=2&status=success';
    while (next !== undefined) {
      const response = await service.get(next);
      ids.push(...(response.body as { id: number }[]).map(({ id }) => id));
      next = /<(.*)>; rel="next"/.exec(response.headers.link ?? '')?.[1];
    }
    expect(ids).toEqual([3, 2, 1]);
  });

  it('the history has one compact row for each run of the last days, newest first', async () => {
    await service.database.query(`
      INSERT INTO pipeline_runs (run_date, status, movies_processed)
        SELECT now() AT TIME ZONE 'utc' - d * interval '1 day', 'SUCCESS', d FROM unnest(ARRAY[80, 100]) AS d`);
    const { body } = (await service.get('/pipeline/runs/history')) as { body: Record<string, unknown>[] };
    expect(body.map(({ movies_processed: movies }) => movies)).toEqual([
      expect.any(Number),
      expect.any(Number),
      expect.any(Number),
      80,
    ]);
    expect(Object.keys(body[0]!).toSorted()).toEqual([
      ...['duration_seconds', 'failed', 'id', 'movies_processed', 'started_at'],
      ...['status', 'tmdb_requests', 'trigger', 'update_type'],
    ]);
    expect((await service.get('/pipeline/runs/history?days=365')).body).toHaveLength(5);
    await service.get('/pipeline/runs/history?days=366', 400);
    await service.database.query(
      `DELETE FROM pipeline_runs WHERE movies_processed IN (80, 100) AND duration_seconds IS NULL`,
    );
  });

  it('the details of a run show the result of each of its sources', async () => {
    const { body } = await service.get('/pipeline/runs/1');
    expect(body).toMatchObject({
      id: 1,
      plan: {
        sources: [
          { source: 'popular', pages: 3 },
          { source: 'trending', pages: 3 },
        ],
        enrichment: null,
        incremental: true,
      },
      sources: [
        { source: 'popular', pages_planned: 3, pages_fetched: 3, status: 'done', error: null },
        { source: 'trending', pages_planned: 3, pages_fetched: 3, status: 'done', error: null },
      ],
      errors: [],
      errors_total: 0,
    });
  });
});

describe('the failing movies', () => {
  beforeAll(async () => {
    await service.database.query(`
      UPDATE movies SET enrich_failures = place, enrich_tried_at = '2026-09-01 12:00Z',
          enrich_retry_at = '2026-09-01 14:00Z', gone_at = CASE WHEN place = 3 THEN '2026-09-01 12:00Z'::timestamptz END
        FROM (SELECT id, row_number() OVER (ORDER BY id) AS place FROM movies LIMIT 4) AS four WHERE four.id = movies.id;
      INSERT INTO pipeline_run_errors (run_id, movie_id, code, message, occurred_at)
        SELECT 2, id, 'timeout', 'TMDB took longer.', '2026-09-01 12:00Z' FROM movies WHERE enrich_failures = 4`);
  });

  it('the failing movies are listed by their number of failures, with the reason and the next attempt', async () => {
    const { body } = (await service.get('/pipeline/failing')) as { body: { failures: number }[] };
    expect(body.map(({ failures }) => failures)).toEqual([4, 3, 2]);
    expect(body).toMatchObject([
      {
        movie_id: expect.any(Number),
        title: expect.any(String),
        ...{ tried_at: '2026-09-01T12:00:00.000Z', retry_at: '2026-09-01T14:00:00.000Z', gone_at: null },
        last_error: {
          ...{ code: 'timeout', message: 'TMDB took longer.', run_id: 2 },
          occurred_at: '2026-09-01T12:00:00.000Z',
        },
      },
      { gone_at: '2026-09-01T12:00:00.000Z', last_error: null },
      { last_error: null },
    ]);
    expect((await service.get('/pipeline/failing?limit=1')).body).toHaveLength(1);
  });
});

describe('movies that are gone', () => {
  it('the ids of movies that are gone are paged by Link and filtered by since', async () => {
    await service.database.query('UPDATE movies SET gone_at = NULL');
    const ids = await service.database.query<{ id: number }>(`
      UPDATE movies SET gone_at = '2026-09-01 12:00Z' WHERE id IN (SELECT id FROM movies ORDER BY id LIMIT 3) RETURNING id`);
    const [first, second, third] = ids.map(({ id }) => id).sort((a, b) => a - b);
    const page = await service.get('/pipeline/gone?limit=2&since=2026-09-01');
    expect(page.body).toEqual([
      { movie_id: first, gone_at: '2026-09-01T12:00:00.000Z' },
      { movie_id: second, gone_at: '2026-09-01T12:00:00.000Z' },
    ]);
    const [, next] = /^<(.*)>; rel="next"$/.exec(String(page.headers.link)) ?? [];
    const last = await service.get(next!);
    expect([last.body, last.headers.link]).toEqual([
      [expect.objectContaining({ movie_id: third })],
      undefined,
    ]);
    expect((await service.get('/pipeline/gone?since=2026-09-02')).body).toEqual([]);
    await service.database.query('UPDATE movies SET gone_at = NULL');
  });
});

describe('health', () => {
  it('a healthy service is alive and ready', async () => {
    expect((await service.get('/health/live')).body).toEqual({ status: 'ok' });
    const ready = await service.get('/health/ready');
    expect(ready.body).toMatchObject({
      details: { database: { status: 'up' }, migrations: { status: 'up' } },
    });
    await service.get('/health');
  });
});

describe('bad requests', () => {
  it.each([
    ['/pipeline/runs?limit=0', 400, 'limit must not be less than 1'],
    ['/pipeline/runs?limit=101', 400, 'limit must not be greater than 100'],
    ['/pipeline/runs?status=done', 400, 'status must be one of'],
    ['/pipeline/runs?color=red', 400, 'property color should not exist'],
    ['/pipeline/runs?cursor=x', 400, 'cursor'],
    ['/pipeline/failing?limit=101', 400, 'limit must not be greater than 100'],
    ['/pipeline/failing?limit=many', 400, 'limit must be an integer'],
    ['/pipeline/runs/0', 400, 'id must not be less than 1'],
    ['/pipeline/runs/99999999999', 400, 'id must not be greater than'],
    ['/pipeline/runs/4711', 404, 'There is no run 4711'],
    ['/nowhere', 404, '/nowhere'],
  ])('the request %s gets a problem document that names the fault', async (path, status, detail) => {
    const response = await service.get(path, status);
    expect(response.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(response.body).toMatchObject({ status, detail: expect.stringContaining(detail) });
  });
});

describe('documentation', () => {
  it('the OpenAPI document contains every route and every schema that it refers to', async () => {
    const { body } = (await service.get('/openapi.json')) as {
      body: { paths: object; components: { schemas: object } };
    };
    expect(Object.keys(body.paths)).toEqual(
      expect.arrayContaining([
        '/pipeline/status',
        '/pipeline/runs',
        '/pipeline/runs/{id}',
        '/health',
        '/health/ready',
      ]),
    );
    const named = new Set(
      [...JSON.stringify(body).matchAll(/#\/components\/schemas\/(\w+)/g)].map(([, name]) => name),
    );
    expect(Object.keys(body.components.schemas)).toEqual(expect.arrayContaining([...named]));
  });

  it('Swagger UI loads everything from this server', async () => {
    const { text } = await service.get('/docs');
    expect(text).toContain('swagger-ui');
    expect(text).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
  });
});
