import { Injectable } from '@nestjs/common';
import { PrismaService } from '../database/prisma.service.js';
import { UPDATE_TYPES, type UpdateType } from './run-plan.js';
import { RUN_STATUSES, type RunStatus, type Trigger, TRIGGERS } from './run.js';
import { oneOf } from './stored-json.js';

const MAX_HISTORY = 2_000;

/** What a chart needs of a run. */
export interface RunInHistory {
  readonly id: number;
  readonly runDate: Date;
  readonly startedAt: Date | null;
  readonly updateType: UpdateType | null;
  readonly trigger: Trigger | null;
  readonly status: RunStatus;
  readonly durationSeconds: number | null;
  readonly moviesProcessed: number;
  readonly tmdbRequests: number;
  readonly failed: number;
}

/** Reads many runs with few columns. */
@Injectable()
export class RunHistory {
  constructor(private readonly prisma: PrismaService) {}

  /** Newest first, at most 2,000. Follows pipeline_runs_run_date_id_idx. */
  async newest(): Promise<readonly RunInHistory[]> {
    const rows = await this.prisma.pipelineRun.findMany({
      select: {
        ...{ id: true, runDate: true, startedAt: true, updateType: true, trigger: true, status: true },
        ...{ durationSeconds: true, moviesProcessed: true, tmdbRequests: true, failed: true },
      },
      orderBy: [{ runDate: 'desc' }, { id: 'desc' }],
      take: MAX_HISTORY,
    });
    return rows.map((row) => ({
      ...row,
      updateType: oneOf(UPDATE_TYPES, row.updateType),
      trigger: oneOf(TRIGGERS, row.trigger),
      status: oneOf(RUN_STATUSES, row.status) ?? 'FAILED',
    }));
  }
}
