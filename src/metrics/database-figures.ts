import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import { readInTime } from '../common/read-in-time.js';
import { type MovieFigures, MovieFiguresRepository } from '../movies/movie-figures.repository.js';
import { JobQueue, type QueueFigures } from '../queue/job-queue.js';
import { type RunFigures, RunFiguresRepository } from '../runs/run-figures.repository.js';
import { type ScheduleFigures, ScheduleFiguresReader } from '../scheduler/schedule-figures.js';

const MAX_AGE_MS = 30_000;
const DEADLINE_MS = 3_000;

export interface DatabaseFigures {
  readonly runs: RunFigures;
  readonly movies: MovieFigures;
  readonly schedules: ScheduleFigures | null;
  readonly queues: readonly QueueFigures[];
}

/** The figures of the database, at most 30 seconds old. Scrapes in the meantime share one reading. */
@Injectable()
export class DatabaseFiguresCache {
  private latest: { readonly figures: Promise<DatabaseFigures>; readonly startedMs: number } | null = null;

  constructor(
    private readonly runs: RunFiguresRepository,
    private readonly movies: MovieFiguresRepository,
    private readonly schedules: ScheduleFiguresReader,
    private readonly queue: JobQueue,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Null when the database does not deliver them within three seconds. A failure is not cached. */
  read(): Promise<DatabaseFigures | null> {
    return readInTime(() => this.shared());
  }

  private shared(): Promise<DatabaseFigures> {
    const nowMs = this.clock.monotonicMs();
    if (this.latest !== null && nowMs - this.latest.startedMs < MAX_AGE_MS) return this.latest.figures;
    const latest = { figures: this.query(), startedMs: nowMs };
    this.latest = latest;
    latest.figures.catch(() => {
      if (this.latest === latest) this.latest = null;
    });
    return latest.figures;
  }

  /** One after another, so that a scrape takes one connection from the pool. */
  private async query(): Promise<DatabaseFigures> {
    return {
      runs: await this.runs.read(DEADLINE_MS),
      movies: await this.movies.read(DEADLINE_MS),
      schedules: await this.schedules.read(),
      queues: await this.queue.figures(),
    };
  }
}
