import { Injectable } from '@nestjs/common';
import { RunLock } from './run-lock.js';
import type { Run, RunProgress, RunStatus } from './run.js';
import { type RunDetails, type RunFigures, RunsRepository } from './runs.repository.js';

export interface PipelineStatus {
  readonly active: { readonly run: Run; readonly progress: RunProgress | null } | null;
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
    const [held, active, last, figures] = await Promise.all([
      this.lock.isHeld(),
      this.runs.active(),
      this.runs.last(),
      this.runs.figures(),
    ]);
    // A run in the foreground whose process died does not run; the next run or start puts that on record.
    const isActive = active?.run.status === 'RUNNING' && (held || active.isQueued);
    return { active: isActive ? active : null, last, figures };
  }

  async list(query: { limit: number; status: RunStatus | null; before: number | null }): Promise<RunsPage> {
    const runs = await this.runs.list({ ...query, limit: query.limit + 1 });
    const page = runs.slice(0, query.limit);
    return { runs: page, next: runs.length > query.limit ? (page.at(-1)?.id ?? null) : null };
  }

  details(id: number): Promise<RunDetails | null> {
    return this.runs.details(id);
  }
}
