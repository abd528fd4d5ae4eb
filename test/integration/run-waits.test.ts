import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PrismaService } from '../../src/database/prisma.service.js';
import { EnrichmentBatches } from '../../src/enrichment/enrichment-batches.js';
import { RunLeases } from '../../src/runs/run-lease.repository.js';
import { EventStreams } from '../../src/pipeline/api/event-streams.js';
import type { RunEvent } from '../../src/pipeline/execution/run-follower.js';
import { RunMovies } from '../../src/runs/run-movies.repository.js';
import { RunsRepository } from '../../src/runs/runs.repository.js';
import { custom } from '../support/test-pipeline.js';
import { TestWorkers } from '../support/test-workers.js';
import { until } from '../support/until.js';

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

const PROGRESS = { at: '2026-09-30T00:00:00.000Z', stage: 'enriching', sources: [], enrichment: null };

async function waiting(runId: number): Promise<unknown> {
  const run = await workers.front.get(RunsRepository).progress(runId);
  return run?.active.progress?.waiting ?? null;
}

/** Returns the message of a wait of this kind as soon as the run reports one. */
async function messageOf(kind: string, runId: number): Promise<string> {
  let message = '';
  const isReported = async (): Promise<boolean> => {
    const wait = (await waiting(runId)) as { for: string; message: string } | null;
    // On a busy machine any request is slow.
    if (wait?.for !== kind) return false;
    message = wait.message;
    return true;
  };
  await until(isReported, { deadlineMs: 30_000, what: `run ${runId} reports a wait of kind ${kind}` });
  return message;
}

describe('waits of a run', () => {
  it.each([
    ['tooMany', 'throttled', 'TMDB asked for a pause (429)'],
    ['hung', 'slow', 'TMDB is slow'],
  ] as const)('a run under the fault %s reports a wait of kind %s', async (fault, kind, message) => {
    workers.sandbox.setFaults({ [fault]: 1 });
    const id = await workers.queue(PLAN);
    await workers.worker();
    expect(await messageOf(kind, id)).toContain(message);
  });

  it('a worker that only processes batches reports the wait of their run until the run ends', async () => {
    const { front, database, sandbox } = workers;
    // The job of this run is not due, so the worker takes only its batch.
    const id = await workers.queue(PLAN);
    await database.query(`UPDATE movie_pipeline_jobs.job SET start_after = now() + interval '1 day'`);
    await database.query(
      `UPDATE pipeline_runs SET status = 'RUNNING', started_at = now(), leaseholder = gen_random_uuid(), progress = $1`,
      [PROGRESS],
    );
    const ids = sandbox.movieIds(1, 3);
    await database.query(`INSERT INTO movies (id) SELECT unnest($1::int[])`, [ids]);
    const lease = { runId: id, fencingToken: 0 };
    await front.get(PrismaService).$transaction(async (tx) => {
      await front.get(RunMovies).plan(tx, lease, { ids, rest: null, fresh: 0 });
      await front.get(EnrichmentBatches).send(tx, id, ids.length);
    });
    sandbox.setFaults({ tooMany: 1 });
    await workers.worker();
    expect(await messageOf('throttled', id)).toContain('429');

    await front.get(RunLeases).finish(lease, { ending: { kind: 'cancelled' }, sources: [], now: new Date() });
    expect(await workers.run(id)).toMatchObject({ status: 'CANCELLED', waiting: null });
  });

  describe('reported by a worker', () => {
    beforeEach(async () => {
      await workers.database.query(
        `INSERT INTO pipeline_runs (id, status, job_id, progress) VALUES (7, 'RUNNING', gen_random_uuid(), $1)`,
        [PROGRESS],
      );
    });

    const report = (until: string): Promise<unknown> =>
      workers.database.query(`UPDATE pipeline_runs SET waiting = $1`, [
        JSON.stringify({ for: 'slow', message: 'TMDB is slow.', until }),
      ]);

    it('a reported wait expires at the time that it states', async () => {
      await report('2999-01-01T00:00:00.000Z');
      expect(await waiting(7)).toMatchObject({ for: 'slow' });
      await report('2026-01-01T00:00:00.000Z');
      expect(await waiting(7)).toBeNull();
    });

    it('a wait that starts or ends is an event of the run even if nothing else has changed', async () => {
      const connection = new AbortController();
      const listener = { lastId: null, address: '127.0.0.1', signal: connection.signal };
      const events = (await workers.front.get(EventStreams).stream(7, listener))!;
      const next = async (): Promise<RunEvent> => {
        for (;;) {
          const result = await events.next();
          if (result.done === true) throw new Error('The events have ended.');
          if (result.value !== null) return result.value;
        }
      };
      expect(await next()).toMatchObject({ progress: { waiting: null } });
      await report('2999-01-01T00:00:00.000Z');
      expect(await next()).toMatchObject({ progress: { waiting: { for: 'slow' } } });
      await report('2026-01-01T00:00:00.000Z');
      expect(await next()).toMatchObject({ progress: { waiting: null } });
      connection.abort();
      await events.return(undefined);
    });
  });
});
