import { Injectable } from '@nestjs/common';
import type { Transaction } from '../database/prisma.service.js';
import type { Run, RunProgress } from './run.js';
import { type RunDetails, type RunsOverview, type RunsQuery, RunsRepository } from './runs.repository.js';

export interface RunsPage {
  readonly runs: readonly Run[];
  /** The cursor of the next, older page; null at the end. */
  readonly next: number | null;
}

/** Reads what is on record about runs. */
@Injectable()
export class RunsService {
  constructor(private readonly runs: RunsRepository) {}

  /** @param tx where the caller has a connection of its own: many at once would wait for each other's */
  overview(tx?: Transaction): Promise<RunsOverview> {
    return this.runs.overview(tx);
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
