import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import type { JobId } from '../config/app-config.js';
import { dueOccurrence } from './due-occurrence.js';
import { SchedulesRepository } from './schedules.repository.js';

export interface ScheduleFigures {
  /** False while the schedules are stopped for every process. */
  readonly running: boolean;
  readonly jobs: readonly {
    readonly id: JobId;
    readonly enabled: boolean;
    /** Null while the job is disabled or the scheduler is stopped. */
    readonly next: Date | null;
    /** By how much an occurrence is late that no process has fired yet; 0 without one. */
    readonly lateSeconds: number;
    /** Whether an occurrence was not fired, even if it is too late to fire it. */
    readonly missed: boolean;
  }[];
}

/** What monitoring needs to know of the schedules. */
@Injectable()
export class ScheduleFiguresReader {
  constructor(
    private readonly schedules: SchedulesRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Null before the first start of the service. */
  async read(): Promise<ScheduleFigures | null> {
    const stored = await this.schedules.stored();
    if (stored === null) return null;
    const now = this.clock.now();
    const jobs = stored.jobs.map((job) => ({
      id: job.id,
      enabled: job.enabled,
      next: job.active ? (job.timetable.upcoming(now)[0] ?? null) : null,
      lateSeconds: dueOccurrence(job, now)?.lateSeconds ?? 0,
      missed: job.active && (job.timetable.upcoming(job.dueAfter)[0] ?? now) < now,
    }));
    return { running: stored.running, jobs };
  }
}
