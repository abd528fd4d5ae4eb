import { Inject, Injectable, Logger } from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import type { JobId } from '../config/app-config.js';
import { ClockSkew } from '../database/connection/clock-skew.js';
import { RunQueue } from '../pipeline/execution/run-queue.js';
import { dueOccurrence, type ScheduledJob } from './due-occurrence.js';
import { JOBS } from './jobs.js';
import { SchedulesRepository } from './schedules.repository.js';

/** Queues the runs of due occurrences: one for each, on any number of processes. */
@Injectable()
export class Occurrences {
  private readonly logger = new Logger(Occurrences.name);

  constructor(
    private readonly schedules: SchedulesRepository,
    private readonly queue: RunQueue,
    private readonly clockSkew: ClockSkew,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Fires the due occurrence of a job, if there is one. Returns the run's id, or null.
   * @throws Error when this process's clock is wrong
   */
  async fire(id: JobId): Promise<number | null> {
    const { jobs } = await this.schedules.read();
    const job = jobs.find((other) => other.id === id);
    return job === undefined ? null : this.fireDue(job);
  }

  /** The same for a job that was read before. */
  async fireDue(job: ScheduledJob): Promise<number | null> {
    const occurrence = dueOccurrence(job, this.clock.now());
    if (occurrence === null) return null;
    const skew = await this.clockSkew.fault();
    if (skew !== null) throw new Error(skew);
    const { at, lateSeconds } = occurrence;
    const runId = await this.schedules.fire(job, occurrence, (tx) =>
      this.queue.enqueueScheduled(tx, JOBS[job.id].updateType, { lateSeconds }),
    );
    if (runId !== null) {
      const occursAt = at.toISOString();
      this.logger.log({ event: 'occurrence.fired', job: job.id, occursAt, runId, lateSeconds });
    }
    return runId;
  }
}
