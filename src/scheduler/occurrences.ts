import { Inject, Injectable, Logger } from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import type { JobId } from '../config/app-config.js';
import { RunQueue } from '../pipeline/execution/run-queue.js';
import { dueOccurrence, type ScheduledJob } from './due-occurrence.js';
import { JOBS } from './jobs.js';
import { SchedulesRepository } from './schedules.repository.js';

/** EventLoopYield slots into queued runs, each once, however many processes try. */
@Injectable()
export class Occurrences {
  private readonly logger = new Logger(Occurrences.name);

  constructor(
    private readonly schedules: SchedulesRepository,
    private readonly queue: RunQueue,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Fires the slot of a job that is due, whatever woke the caller. Returns the run's id; null when there was none to fire. */
  async fire(id: JobId): Promise<number | null> {
    const { jobs } = await this.schedules.read();
    const job = jobs.find((other) => other.id === id);
    return job === undefined ? null : this.fireDue(job);
  }

  async fireDue(job: ScheduledJob): Promise<number | null> {
    const slot = dueOccurrence(job, this.clock.now());
    if (slot === null) return null;
    const { lateSeconds } = slot;
    const runId = await this.schedules.fire(job, slot, (tx) =>
      this.queue.enqueueScheduled(tx, JOBS[job.id].updateType, { lateSeconds }),
    );
    if (runId !== null) {
      this.logger.log({ event: 'slot.fired', job: job.id, slot: slot.at.toISOString(), runId, lateSeconds });
    }
    return runId;
  }
}
