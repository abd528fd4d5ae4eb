import { Injectable } from '@nestjs/common';
import type { Transaction } from '../database/prisma.service.js';
import { RunLock } from './run-lock.js';
import type { Run, RunProgress } from './run.js';
import {
  type ActiveRun,
  type RunDetails,
  type RunFigures,
  type RunsQuery,
  RunsRepository,
} from './runs.repository.js';

export interface PipelineStatus {
  readonly active: ActiveRun | null;
  readonly last: Run | null;
  readonly figures: RunFigures;
}

export interface RunsPage {
  readonly runs: readonly Run[];
  /** The cursor of the next, older page; null at the end. */
  readonly next: number | null;
}

/** Reads what is on record about runs. */
@Injectable()
export class RunsService {
  constructor(
    private readonly runs: RunsRepository,
    private readonly lock: RunLock,
  ) {}

  async status(): Promise<PipelineStatus> {
    const [active, last, figures] = await Promise.all([this.active(), this.runs.last(), this.runs.figures()]);
    return { active: active?.run.status === 'RUNNING' ? active : null, last, figures };
  }

  /**
   * The run that is at work or waits for a worker. A run in the foreground whose process died is none; the next run or
   * start puts that on record.
   */
  async active(tx?: Transaction): Promise<ActiveRun | null> {
    const active = await this.runs.active(tx);
    const isDead = active?.run.status === 'RUNNING' && !active.isQueued && !(await this.lock.isHeld(tx));
    return isDead ? null : active;
  }

  async list(query: RunsQuery): Promise<RunsPage> {
    const runs = await this.runs.list({ ...query, limit: query.limit + 1 });
    const page = runs.slice(0, query.limit);
    return { runs: page, next: runs.length > query.limit ? (page.at(-1)?.id ?? null) : null };
  }

  /** With how far the run is; null when there is no such run. */
  progress(
    id: number,
  ): Promise<{ readonly details: RunDetails; readonly progress: RunProgress | null } | null> {
    return this.runs.progress(id);
  }

  details(id: number): Promise<RunDetails | null> {
    return this.runs.details(id);
  }
}
