import { Inject, Injectable } from '@nestjs/common';
import { AuditTrail } from '../audit/audit-trail.js';
import { CLOCK, type Clock } from '../common/clock.js';
import type { JobId } from '../config/app-config.js';
import type { Run } from '../runs/run.js';
import { RunsRepository } from '../runs/runs.repository.js';
import type { ScheduledJob } from './due-occurrence.js';
import { JOBS } from './jobs.js';
import { type JobChange, SchedulesRepository } from './schedules.repository.js';
import { Timetable } from './timetable.js';

export interface JobView {
  readonly id: JobId;
  readonly name: string;
  readonly cron: string;
  readonly timezone: string;
  readonly enabled: boolean;
  /** Null while the job is disabled or the scheduler stopped. */
  readonly nextRun: Date | null;
  /** The next five, in order; none while `nextRun` is null. */
  readonly nextRuns: readonly Date[];
}

export interface SchedulesOverview {
  /** Whether the jobs fire at all. */
  readonly running: boolean;
  readonly jobs: readonly JobView[];
}

export interface JobWithLastRun extends JobView {
  /** The run of the job's last occurrence; null when there is none, or the run has been deleted. */
  readonly lastRun: Run | null;
}

export interface SchedulerStatus {
  readonly running: boolean;
  readonly jobs: readonly JobWithLastRun[];
}

/** Reads the schedules and changes them, for every process. */
@Injectable()
export class SchedulesService {
  constructor(
    private readonly schedules: SchedulesRepository,
    private readonly runs: RunsRepository,
    private readonly audit: AuditTrail,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async overview(): Promise<SchedulesOverview> {
    const { running, jobs } = await this.schedules.read();
    return { running, jobs: jobs.map((job) => this.view(job)) };
  }

  async status(): Promise<SchedulerStatus> {
    const { running, jobs } = await this.schedules.read();
    const runs = await this.runs.byIds(jobs.flatMap(({ lastRunId }) => lastRunId ?? []));
    const lastRun = (id: number | null): Run | null => (id === null ? null : (runs.get(id) ?? null));
    return { running, jobs: jobs.map((job) => ({ ...this.view(job), lastRun: lastRun(job.lastRunId) })) };
  }

  /** The next five occurrences of a schedule that is not stored. @param cron already validated, as PreviewQueryDto does */
  preview(cron: string, timezone: string): readonly Date[] {
    return new Timetable(cron, timezone).upcoming(this.clock.now());
  }

  async setRunning(running: boolean): Promise<void> {
    await this.schedules.read();
    if (await this.schedules.setRunning(running)) {
      await this.audit.record(running ? 'scheduler.started' : 'scheduler.stopped');
    }
  }

  /** @param change already validated, as ChangeJobDto does */
  async change(id: JobId, change: JobChange): Promise<JobWithLastRun> {
    await this.schedules.read();
    if (await this.schedules.change(id, change)) {
      await this.audit.record('scheduler.job_changed', { job: id, ...change });
    }
    const { jobs } = await this.status();
    const changed = jobs.find((job) => job.id === id);
    if (changed === undefined) throw new Error(`Job ${id} is not stored.`);
    return changed;
  }

  private view({ id, timetable, enabled, active }: ScheduledJob): JobView {
    const { cron, timezone } = timetable;
    const nextRuns = active ? timetable.upcoming(this.clock.now()) : [];
    return { id, name: JOBS[id].name, cron, timezone, enabled, nextRun: nextRuns[0] ?? null, nextRuns };
  }
}
