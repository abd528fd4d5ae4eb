import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/common/system-clock.js';
import { openDatabase, type OpenDatabase } from '../../src/database/connection/open-database.js';
import { type RunsOverview, RunsRepository } from '../../src/runs/runs.repository.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const JOB = '00000000-0000-4000-8000-000000000000';

let database: TestDatabase;
let open: OpenDatabase;
let runs: RunsRepository;

beforeAll(async () => {
  database = await createTestDatabase();
  open = await openDatabase({ url: database.url, poolSize: 4, dataDir: '/nonexistent' });
  runs = new RunsRepository(open.prisma, systemClock);
});
afterAll(async () => {
  await open.close();
  await database.drop();
});
beforeEach(() => database.query('TRUNCATE pipeline_runs CASCADE'));

interface RunColumns {
  readonly job?: string;
  readonly seconds?: number;
}

function add(id: number, status: string, { job, seconds }: RunColumns = {}): Promise<unknown> {
  return database.query(
    'INSERT INTO pipeline_runs (id, status, job_id, duration_seconds) VALUES ($1, $2, $3, $4)',
    [id, status, job, seconds],
  );
}

function ids({ active, last }: RunsOverview): { active: number | null; last: number | null } {
  return { active: active?.run.id ?? null, last: last?.id ?? null };
}

describe('the overview of runs', () => {
  it('the overview has no runs before the first run', async () => {
    expect(await runs.overview()).toEqual({
      active: null,
      last: null,
      totals: { total: 0, successful: 0, failed: 0, partial: 0, averageDurationSeconds: null },
    });
  });

  it('the overview has the running run as active before a queued one, and the newest run as the last', async () => {
    await add(1, 'QUEUED', { job: JOB });
    await add(2, 'RUNNING', { job: JOB });
    await add(3, 'FAILED');
    expect(ids(await runs.overview())).toEqual({ active: 2, last: 3 });
  });

  it('the overview has the run that starts next as active while no run is running', async () => {
    await add(1, 'SUCCESS');
    await add(2, 'QUEUED', { job: JOB });
    await add(3, 'QUEUED', { job: JOB });
    const overview = await runs.overview();
    expect(ids(overview)).toEqual({ active: 2, last: 3 });
  });

  it('the overview has the same values of a run as its details', async () => {
    await database.query(
      `INSERT INTO pipeline_runs (status, run_date, duration_seconds, source_categories, started_at, finished_at,
         update_type, trigger, triggered_by, tmdb_requests, waited_seconds, late_seconds, error_message)
       VALUES ('PARTIAL', '2026-09-30 01:02:03', 1.5, '["popular"]', '2026-09-30 01:02:03+02', '2026-09-30 01:02:04.5+02',
         'daily', 'api', 'ann', 12, 0.25, 7, 'Two movies failed.')`,
    );
    const { last } = await runs.overview();
    expect(last).toEqual((await runs.details(last!.id))?.run);
    expect(last).toMatchObject({ durationSeconds: 1.5, triggeredBy: 'ann', lateSeconds: 7 });
  });

  it('the overview does not depend on added columns with the names of its own aliases', async () => {
    await add(1, 'SUCCESS');
    await database.query('ALTER TABLE pipeline_runs ADD part text, ADD totals text');
    const overview = await runs
      .overview()
      .finally(() => database.query('ALTER TABLE pipeline_runs DROP part, DROP totals'));
    expect(ids(overview)).toEqual({ active: null, last: 1 });
    expect(overview.totals.total).toBe(1);
  });

  it('the totals count every run that has ended, and average the known durations', async () => {
    await add(1, 'SUCCESS');
    await add(2, 'PARTIAL');
    await add(3, 'CANCELLED');
    await add(4, 'SUCCESS', { seconds: 2 });
    await add(5, 'FAILED', { seconds: 5 });
    expect((await runs.overview()).totals).toEqual({
      ...{ total: 5, successful: 2, failed: 1, partial: 1 },
      averageDurationSeconds: 3.5,
    });
  });
});
