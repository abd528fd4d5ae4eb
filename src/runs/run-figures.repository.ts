import { Injectable } from '@nestjs/common';
import { BoundedReads } from '../database/bounded-reads.js';
import { sql } from '../database/prisma.service.js';

/** The last run of an update type that has ended. */
export interface LastRun {
  readonly type: string;
  readonly status: string;
  readonly finishedAt: Date | null;
  readonly durationSeconds: number | null;
  /** Movies by what became of them. */
  readonly items: Readonly<Record<string, number>>;
}

export interface RunFigures {
  /** Recorded runs by status. Retention lowers them. */
  readonly byStatus: readonly { readonly status: string; readonly runs: number }[];
  readonly last: readonly LastRun[];
  readonly lastSuccess: readonly { readonly type: string; readonly finishedAt: Date | null }[];
}

/** The index of (update_type, id) finds each type's last runs; a plain DISTINCT would read every run. */
const TYPES = sql`WITH RECURSIVE types (type) AS (
    SELECT min(update_type) FROM pipeline_runs
    UNION ALL
    SELECT (SELECT min(update_type) FROM pipeline_runs WHERE update_type > type) FROM types WHERE type IS NOT NULL)`;

const SELECT_LAST = sql`${TYPES}
  SELECT type, status, finished_at AS "finishedAt", duration_seconds AS "durationSeconds",
    json_build_object('inserted', inserted, 'updated', updated, 'unchanged', unchanged, 'enriched', enriched,
      'skipped_fresh', skipped_fresh, 'gone', gone, 'failed', failed) AS items
  FROM types, LATERAL (SELECT * FROM pipeline_runs WHERE update_type = type AND status NOT IN ('QUEUED', 'RUNNING')
    ORDER BY id DESC LIMIT 1) AS last`;

const SELECT_LAST_SUCCESS = sql`${TYPES}
  SELECT type, finished_at AS "finishedAt"
  FROM types, LATERAL (SELECT finished_at FROM pipeline_runs WHERE update_type = type AND status = 'SUCCESS'
    ORDER BY id DESC LIMIT 1) AS last`;

const SELECT_BY_STATUS = sql`SELECT status, runs::int FROM pipeline_run_totals`;

/** What monitoring needs to know of the recorded runs. */
@Injectable()
export class RunFiguresRepository {
  constructor(private readonly reads: BoundedReads) {}

  /** @throws ReadDeadlineError when a statement takes longer than `deadlineMs` */
  async read(deadlineMs: number): Promise<RunFigures> {
    return {
      byStatus: await this.reads.query(SELECT_BY_STATUS, deadlineMs),
      last: await this.reads.query<LastRun>(SELECT_LAST, deadlineMs),
      lastSuccess: await this.reads.query(SELECT_LAST_SUCCESS, deadlineMs),
    };
  }
}
