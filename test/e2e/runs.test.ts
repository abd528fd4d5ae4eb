import { Agent, request as httpRequest } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { until } from '../support/until.js';

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
  const { status, body: received } = await service.post('/pipeline/run', body, headers);
  return { status, runId: (received as { run_id: number }).run_id, body: received };
}

/** A run that waits for TMDB until the faults are removed or it is cancelled. */
async function hangingRun(): Promise<number> {
  service.sandbox.reset();
  service.sandbox.setFaults({ hung: 1 });
  const { runId } = await trigger();
  await until(() => service.sandbox.counters().faults.hung !== undefined, {
    deadlineMs: 30_000,
    what: 'the run waits for TMDB',
  });
  return runId;
}

describe('triggering a run', () => {
  it('triggering a run returns a 202 with the location of the run, which a worker executes', async () => {
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
    'a triggered run of type %s enriches every due movie once',
    async (update_type) => {
      const run = await service.end((await trigger({ update_type })).runId);
      expect(run).toMatchObject({ status: 'SUCCESS', update_type: update_type.toLowerCase(), failed: 0 });
      expect(run.enriched).toBe(service.sandbox.counters().details);
      service.sandbox.reset();
      await service.database.query('UPDATE movies SET enriched_at = NULL');
    },
  );

  it('a triggered custom run follows every option', async () => {
    const options = {
      ...{ update_type: 'custom', categories: ['top_rated'], pages_per_category: 2, include_trending: false },
      ...{ enrich_data: true, max_enrichment: 7, incremental: false },
    };
    const run = await service.end((await trigger(options)).runId);
    expect(run).toMatchObject({ source_categories: ['top_rated'], enriched: 7, tmdb_requests: 1 + 2 + 7 });
  });

  it.each<[object, string]>([
    [{ update_type: 'weekly' }, 'update_type must be one of'],
    [{ update_type: 'quick', pages_per_category: 2 }, 'pages_per_category requires "update_type": "custom"'],
    [{ update_type: 'custom', pages_per_category: 501 }, 'pages_per_category must not be greater than 500'],
    [{ update_type: 'custom', pages_per_category: '5' }, 'pages_per_category must be an integer'],
    [{ update_type: 'custom', categories: ['popular', 'all'] }, 'categories must be one of'],
    [{ update_type: 'custom', categories: [], include_trending: false }, 'would collect nothing'],
    [{ update_type: 'custom', max_enrichment: 100_001 }, 'max_enrichment must not be greater than 100000'],
    [{ update_type: 'custom', incremental: 'no' }, 'incremental must be a boolean'],
    [{ color: 'red' }, 'property color should not exist'],
    [[], 'object'],
  ])('the trigger %j gets a 400 that names the fault', async (body, fault) => {
    const response = await trigger(body);
    expect(response).toMatchObject({ status: 400, body: { detail: expect.stringContaining(fault) } });
  });

  it('a trigger during an active run gets a 409 that names the active run', async () => {
    const runId = await hangingRun();
    const second = await trigger({ update_type: 'full' });
    expect(second.status).toBe(409);
    expect(second.body).toMatchObject({
      detail: expect.stringContaining(`Run ${runId} (quick) has been active`),
    });
    await service.post(`/pipeline/runs/${runId}/cancel`);
    await service.end(runId);
  });

  it('thirty simultaneous triggers queue one run', async () => {
    const responses = await Promise.all(Array.from({ length: 30 }, () => trigger()));
    expect(responses.filter(({ status }) => status === 202)).toHaveLength(1);
    expect(responses.filter(({ status }) => status === 409)).toHaveLength(29);
    await service.end(responses.find(({ status }) => status === 202)!.runId);
  });
});

describe('an Idempotency-Key', () => {
  it('simultaneous triggers with one Idempotency-Key get the same response and make one run', async () => {
    const responses = await Promise.all(
      Array.from({ length: 5 }, () => trigger({ update_type: 'quick' }, { 'Idempotency-Key': 'a' })),
    );
    await service.end(responses[0]!.runId);
    responses.push(await trigger({ update_type: 'quick' }, { 'Idempotency-Key': 'a' }));
    for (const response of responses) expect(response).toEqual(responses[0]);
    expect(responses[0]!.status).toBe(202);
  });

  it('an Idempotency-Key that a clock far ahead has stored starts a new run', async () => {
    const first = await trigger({}, { 'Idempotency-Key': 'ahead' });
    await service.end(first.runId);
    await service.database.query(`UPDATE pipeline_run_requests SET created_at = now() + interval '400 days'`);
    const second = await trigger({}, { 'Idempotency-Key': 'ahead' });
    expect(second).toMatchObject({ status: 202 });
    expect(second.runId).not.toBe(first.runId);
    await service.end(second.runId);
  });

  it('an Idempotency-Key with a different body gets a 422', async () => {
    await service.end((await trigger({}, { 'Idempotency-Key': 'b' })).runId);
    expect((await trigger({ update_type: 'full' }, { 'Idempotency-Key': 'b' })).status).toBe(422);
  });

  it('an invalid Idempotency-Key gets a 400', async () => {
    expect((await trigger({}, { 'Idempotency-Key': 'x'.repeat(256) })).status).toBe(400);
  });
});

describe('cancelling a run', () => {
  it('a cancelled run ends CANCELLED and cannot be cancelled again', async () => {
    const runId = await hangingRun();
    const response = await service.post(`/pipeline/runs/${runId}/cancel`);
    expect(response).toMatchObject({ status: 202, body: { run_id: runId, status: 'RUNNING' } });
    expect(await service.end(runId)).toMatchObject({ status: 'CANCELLED' });
    expect((await service.post(`/pipeline/runs/${runId}/cancel`)).status).toBe(409);
  });

  it('cancelling an unknown run gets a 404', async () => {
    expect((await service.post('/pipeline/runs/4711/cancel')).status).toBe(404);
  });
});

describe('the events of a run', () => {
  it('the events of a run report its progress until its end', async () => {
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

  it('a request for events after the last event gets a 204, and one for an unknown run gets a 404', async () => {
    const path = `/pipeline/runs/1/events`;
    await request(service.url).get(path).set('Last-Event-ID', 'end').expect(204);
    await request(service.url).get('/pipeline/runs/4711/events').expect(404);
  });

  it('one address can follow the events of a run over at most ten connections', async () => {
    const runId = await hangingRun();
    const connection = new AbortController();
    const listen = (): Promise<Response> =>
      fetch(`${service.url}/pipeline/runs/${runId}/events`, { signal: connection.signal });
    const streams = await Promise.all(Array.from({ length: 11 }, listen));
    expect(streams.map(({ status }) => status).sort()).toEqual([
      ...Array.from({ length: 10 }, () => 200),
      429,
    ]);
    connection.abort();
    await service.post(`/pipeline/runs/${runId}/cancel`);
    await service.end(runId);
  });

  it('the events and the status report a pause that TMDB requested until the run ends', async () => {
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
    await until(
      async () => {
        const { body } = await service.get('/pipeline/status');
        const { waiting } = (body as { current_run: { waiting: { for: string } | null } }).current_run;
        return waiting?.for === 'throttled';
      },
      { deadlineMs: 10_000, what: 'the status reports the pause' },
    );
    await service.post(`/pipeline/runs/${runId}/cancel`);
    await service.end(runId);
    expect((await service.get('/pipeline/status')).body).toMatchObject({ current_run: null });
  });
});

describe('the history', () => {
  it('the list of runs can be filtered by status, type, trigger and time', async () => {
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

  it.each(['/pipeline/events', '/pipeline/runs/1/events'])(
    'HEAD %s sends the headers alone, and the connection serves the next request',
    async (path) => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const statusOf = (method: string, address: string): Promise<number | undefined> =>
        new Promise((resolve, reject) => {
          httpRequest(service.url + address, { method, agent }, (response) => {
            response.resume().once('close', () => {
              resolve(response.statusCode);
            });
          })
            .once('error', reject)
            .end();
        });
      expect(await statusOf('HEAD', path)).toBe(200);
      expect(await statusOf('GET', '/health/live')).toBe(200);
      agent.destroy();
    },
  );
});
