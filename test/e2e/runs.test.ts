import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { startTestApp, type TestApp } from '../support/test-app.js';

let service: TestApp;

beforeAll(async () => {
  service = await startTestApp();
});

afterAll(async () => {
  await service.close();
});

afterEach(() => {
  service.sandbox.setFaults({});
});

async function trigger(
  body?: object,
  headers = {},
): Promise<{ status: number; runId: number; body: unknown }> {
  const { status, body: answer } = await service.post('/pipeline/run', body, headers);
  return { status, runId: (answer as { run_id: number }).run_id, body: answer };
}

/** A run that goes on until the faults are taken away or it is cancelled. */
async function hangingRun(): Promise<number> {
  service.sandbox.reset();
  service.sandbox.setFaults({ hung: 1 });
  const { runId } = await trigger();
  while (service.sandbox.counters().faults.hung === undefined)
    await new Promise((resolve) => setImmediate(resolve));
  return runId;
}

describe('triggering a run', () => {
  it('answers 202 with where it is, and a worker takes it', async () => {
    const response = await service.post('/pipeline/run');
    expect(response.status).toBe(202);
    const { run_id: id } = response.body as { run_id: number };
    expect(response.body).toEqual({
      message: `Run ${id} (quick) is queued.`,
      run_id: id,
      status: 'QUEUED',
      triggered_by: 'tester',
    });
    expect(response.headers.location).toBe(`/pipeline/runs/${id}`);
    expect(await service.end(id)).toMatchObject({
      status: 'SUCCESS',
      update_type: 'quick',
      trigger: 'api',
      failed: 0,
    });
  });

  it.each(['daily', 'full', 'FULL'])(
    'of type %s enriches in batches that workers share',
    async (update_type) => {
      const run = await service.end((await trigger({ update_type })).runId);
      expect(run).toMatchObject({ status: 'SUCCESS', update_type: update_type.toLowerCase(), failed: 0 });
      expect(run.enriched).toBe(service.sandbox.counters().details);
      service.sandbox.reset();
      await service.database.query('UPDATE movies SET enriched_at = NULL');
    },
  );

  it('takes every option of a custom run', async () => {
    const options = {
      ...{ update_type: 'custom', categories: ['top_rated'], pages_per_category: 2, include_trending: false },
      ...{ enrich_data: true, max_enrichment: 7, incremental: false },
    };
    const run = await service.end((await trigger(options)).runId);
    expect(run).toMatchObject({ source_categories: ['top_rated'], enriched: 7, tmdb_requests: 1 + 2 + 7 });
  });

  it.each<[object, string]>([
    [{ update_type: 'weekly' }, 'update_type must be one of'],
    [
      { update_type: 'quick', pages_per_category: 2 },
      'pages_per_category requires "update_type": "custom"',
    ],
    [{ update_type: 'custom', pages_per_category: 501 }, 'pages_per_category must not be greater than 500'],
    [{ update_type: 'custom', pages_per_category: '5' }, 'pages_per_category must be an integer'],
    [{ update_type: 'custom', categories: ['popular', 'all'] }, 'categories must be one of'],
    [{ update_type: 'custom', categories: [], include_trending: false }, 'would collect nothing'],
    [{ update_type: 'custom', max_enrichment: 100_001 }, 'max_enrichment must not be greater than 100000'],
    [{ update_type: 'custom', incremental: 'no' }, 'incremental must be a boolean'],
    [{ color: 'red' }, 'property color should not exist'],
    [[], 'object'],
  ])('is refused with %j', async (body, why) => {
    const answer = await trigger(body);
    expect(answer).toMatchObject({ status: 400, body: { detail: expect.stringContaining(why) } });
  });

  it('is refused while another is active, and told which', async () => {
    const runId = await hangingRun();
    const second = await trigger({ update_type: 'full' });
    expect(second.status).toBe(409);
    expect(second.body).toMatchObject({ detail: expect.stringContaining(`Run ${runId} (quick) has been active`) });
    await service.post(`/pipeline/runs/${runId}/cancel`);
    await service.end(runId);
  });

  it('of many at once queues one', async () => {
    const answers = await Promise.all(Array.from({ length: 30 }, () => trigger()));
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(29);
    await service.end(answers.find(({ status }) => status === 202)!.runId);
  });
});

describe('an Idempotency-Key', () => {
  it('gets the first answer again, and no second run, even from many at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => trigger({ update_type: 'quick' }, { 'Idempotency-Key': 'a' })),
    );
    await service.end(answers[0]!.runId);
    answers.push(await trigger({ update_type: 'quick' }, { 'Idempotency-Key': 'a' }));
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(answers[0]!.status).toBe(202);
  });

  it('with another body is refused with 422', async () => {
    await service.end((await trigger({}, { 'Idempotency-Key': 'b' })).runId);
    expect((await trigger({ update_type: 'full' }, { 'Idempotency-Key': 'b' })).status).toBe(422);
  });

  it('that is none is a bad request', async () => {
    expect((await trigger({}, { 'Idempotency-Key': 'x'.repeat(256) })).status).toBe(400);
  });
});

describe('cancelling a run', () => {
  it('ends it CANCELLED, and what is stored stays', async () => {
    const runId = await hangingRun();
    const response = await service.post(`/pipeline/runs/${runId}/cancel`);
    expect(response).toMatchObject({ status: 202, body: { run_id: runId, status: 'RUNNING' } });
    expect(await service.end(runId)).toMatchObject({ status: 'CANCELLED' });
    expect((await service.post(`/pipeline/runs/${runId}/cancel`)).status).toBe(409);
  });

  it('that nobody knows is 404', async () => {
    expect((await service.post('/pipeline/runs/4711/cancel')).status).toBe(404);
  });
});

describe('the events of a run', () => {
  it('tell how far it is, in order, and end with it', async () => {
    const runId = await hangingRun();
    const kinds: string[] = [];
    for await (const event of service.events(runId)) {
      kinds.push(event.kind);
      if (kinds.length === 1) {
        expect(event.data).toMatchObject({ run_id: runId, status: 'RUNNING', stage: 'collecting' });
        await service.post(`/pipeline/runs/${runId}/cancel`);
      }
    }
    expect(kinds.at(-1)).toBe('end');
    expect(new Set(kinds.slice(0, -1))).toEqual(new Set(['progress']));
  });

  it('are over for whoever has had the last', async () => {
    const path = `/pipeline/runs/1/events`;
    await request(service.url).get(path).set('Last-Event-ID', 'end').expect(204);
    await request(service.url).get('/pipeline/runs/4711/events').expect(404);
  });

  it('go to ten listeners from one address at once', async () => {
    const runId = await hangingRun();
    const over = new AbortController();
    const listen = (): Promise<Response> =>
      fetch(`${service.url}/pipeline/runs/${runId}/events`, { signal: over.signal });
    const streams = await Promise.all(Array.from({ length: 11 }, listen));
    expect(streams.map(({ status }) => status).sort()).toEqual([
      ...Array.from({ length: 10 }, () => 200),
      429,
    ]);
    over.abort();
    await service.post(`/pipeline/runs/${runId}/cancel`);
    await service.end(runId);
  });

  it('and the status tell that TMDB asked for a pause, while it lasts', async () => {
    service.sandbox.setFaults({ tooMany: 1 });
    const { runId } = await trigger();
    for await (const { kind, data } of service.events(runId)) {
      expect(kind).toBe('progress');
      if (data.waiting === null) continue;
      expect(data.waiting).toEqual({
        for: 'throttled',
        message: expect.stringMatching(/^TMDB asked for a pause \(429\); requests resume in \d+ s\.$/),
        until: expect.stringMatching(/^\d{4}-.*Z$/),
      });
      break;
    }
    let waiting: unknown = null;
    while (waiting === null) {
      const { body } = await service.get('/pipeline/status');
      waiting = (body as { current_run: { waiting: unknown } }).current_run.waiting;
    }
    expect(waiting).toMatchObject({ for: 'throttled' });
    await service.post(`/pipeline/runs/${runId}/cancel`);
    await service.end(runId);
    expect((await service.get('/pipeline/status')).body).toMatchObject({ current_run: null });
  });
});

describe('the history', () => {
  it('is filtered by status, type, trigger and time', async () => {
    const ids = async (query: string): Promise<number[]> =>
      ((await service.get(`/pipeline/runs?limit=100&${query}`)).body as { id: number }[]).map(({ id }) => id);
    const { body } = await service.get('/pipeline/runs?limit=100');
    const runs = body as { id: number; status: string; update_type: string }[];
    const all = runs.map(({ id }) => id);
    const idsOf = (is: (run: (typeof runs)[number]) => boolean): number[] =>
      runs.filter(is).map(({ id }) => id);
    expect(await ids('status=cancelled')).toEqual(idsOf(({ status }) => status === 'CANCELLED'));
    expect(await ids('update_type=custom')).toEqual(idsOf((run) => run.update_type === 'custom'));
    expect(await ids('trigger=cli')).toEqual([]);
    expect(await ids('trigger=api&since=2020-01-01')).toEqual(all);
    expect(await ids('until=2020-01-01T00:00:00Z')).toEqual([]);
    const [{ date }] = (await service.database.query<{ date: string }>(
      `SELECT to_char(run_date, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS date FROM pipeline_runs WHERE id = 3`,
    )) as [{ date: string }];
    expect(await ids(`until=${date}`)).toEqual([3, 2, 1]);
    expect(await ids(`since=${date}`)).toEqual(all.filter((id) => id >= 3));
    await service.get('/pipeline/runs?since=yesterday', 400);
  });
});
