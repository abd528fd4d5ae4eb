import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import { ClockSkew } from '../database/connection/clock-skew.js';
import { overdueJobs } from './due-occurrence.js';
import { ScheduleReconciler } from './schedule-reconciler.js';
import { SchedulesRepository } from './schedules.repository.js';

/** Whether the schedules are being followed. */
@Injectable()
export class SchedulerHealth {
  constructor(
    private readonly reconciler: ScheduleReconciler,
    private readonly schedules: SchedulesRepository,
    private readonly clockSkew: ClockSkew,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** What is wrong, in words that may be published; null when nothing is. */
  async fault(): Promise<string | null> {
    if (this.reconciler.isStale) return 'This process has not been able to read the schedules for a minute.';
    const skew = await this.clockSkew.fault();
    if (skew !== null) return skew;
    const { jobs } = await this.schedules.read();
    const overdue = overdueJobs(jobs, this.clock.now());
    if (overdue.length === 0) return null;
    return `Overdue: ${overdue.join(', ')}. Start a process with the role "scheduler".`;
  }
}
