import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PrismaService } from '../../src/database/prisma.service.js';
import { EnrichmentBatches } from '../../src/enrichment/enrichment-batches.js';
import { RunLeases } from '../../src/runs/run-lease.repository.js';
import { type RunEvent, RunEvents } from '../../src/pipeline/api/run-events.js';
import { RunCheckpoint } from '../../src/runs/run-checkpoint.repository.js';
import { RunsService } from '../../src/runs/runs.service.js';
import { custom } from '../support/test-pipeline.js';
import { TestWorkers } from '../support/test-workers.js';

let workers: TestWorkers;

beforeEach(async () => {
  workers = await TestWorkers.start({ movies: 300 });
});

afterEach(async () => {
  await workers.close();
});

const PLAN = custom({
  ...{ categories: ['popular'], pages_per_category: 2, include_trending: false },
  ...{ enrich_data: true, max_enrichment: 10 },
});

async function waiting(runId: number): Promise<unknown> {
  const seen = await workers.front.get(RunsService).progress(runId);
  return seen?.progress?.waiting ?? null;
}

describe('what a run waits for', () => {
  it.each([
    ['tooMany', 'throttled', 'TMDB asked for a pause (429)'],
    ['hung', 'slow', 'TMDB is slow'],
  ] as const)('is told when answers are %s: %s', async (fault, kind, message) => {
    workers.sandbox.setFaults({ [fault]: 1 });
    const id = await workers.queue(PLAN);
    await workers.worker();
    let seen: unknown = null;
    while (seen === null) seen = await waiting(id);
    expect(seen).toMatchObject({ for: kind, message: expect.stringContaining(message) });
  });

  it('is told by a worker of its batches alone, and is over with the run', async () => {
    const { front, database, sandbox } = workers;
    // A run whose own worker is elsewhere: what the one here takes from the queue is a batch.
    const [{ id }] = (await database.query<{ id: number }>(
      `INSERT INTO pipeline_runs (status, job_id, started_at, holder, progress)
       VALUES ('RUNNING', gen_random_uuid(), now(), 1, '{"stage": "enriching", "sources": []}') RETURNING id`,
    )) as [{ id: number }];
    const ids = sandbox.movieIds(1, 3);
    await database.query(`INSERT INTO movies (id) SELECT unnest($1::int[])`, [ids]);
    const hold = { runId: id, fence: 0 };
    await front.get(PrismaService).$transaction(async (tx) => {
      await front.get(RunCheckpoint).enrichmentPlanned(tx, hold, { ids, rest: null, fresh: 0 });
      await front.get(EnrichmentBatches).send(tx, id, ids.length);
    });
    sandbox.setFaults({ tooMany: 1 });
    await workers.worker();
    let seen: unknown = null;
    while (seen === null) seen = await waiting(id);
    expect(seen).toMatchObject({ for: 'throttled' });

    const ending = { status: 'SUCCESS', errorMessage: null, finishedAt: new Date(), sources: [] } as const;
    await front.get(RunLeases).finish(hold, ending);
    expect(await workers.run(id)).toMatchObject({ status: 'SUCCESS', waiting: null });
  });

  describe('as one of its workers said', () => {
    beforeEach(async () => {
      await workers.database.query(
        `INSERT INTO pipeline_runs (id, status, job_id, progress) VALUES (7, 'RUNNING', gen_random_uuid(), '{}')`,
      );
    });

    const say = (until: string): Promise<unknown> =>
      workers.database.query(`UPDATE pipeline_runs SET waiting = $1`, [
        JSON.stringify({ for: 'slow', message: 'TMDB is slow.', until }),
      ]);

    it('holds until the time that was said with it', async () => {
      await say('2999-01-01T00:00:00.000Z');
      expect(await waiting(7)).toMatchObject({ for: 'slow' });
      await say('2026-01-01T00:00:00.000Z');
      expect(await waiting(7)).toBeNull();
    });

    it('is an event, be it that nothing else has changed', async () => {
      const over = new AbortController();
      const listener = { lastId: null, address: '127.0.0.1', signal: over.signal };
      const events = (await workers.front.get(RunEvents).listen(7, listener))!;
      const next = async (): Promise<RunEvent> => {
        for (;;) {
          const result = await events.next();
          if (result.done === true) throw new Error('The events are over.');
          if (result.value !== null) return result.value;
        }
      };
      expect(await next()).toMatchObject({ progress: { waiting: null } });
      await say('2999-01-01T00:00:00.000Z');
      expect(await next()).toMatchObject({ progress: { waiting: { for: 'slow' } } });
      await say('2026-01-01T00:00:00.000Z');
      expect(await next()).toMatchObject({ progress: { waiting: null } });
      over.abort();
      await events.return(undefined);
    });
  });
});
