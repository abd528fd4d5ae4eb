import { Inject, Injectable, Logger } from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import type { JobId } from '../config/app-config.js';
import { RunQueue } from '../pipeline/run-queue.js';
import { dueSlot, type ScheduledJob } from './due-slot.js';
import { JOBS } from './jobs.js';
import { SchedulesRepository } from './schedules.repository.js';

/** Turns slots into queued runs, each once, however many processes try. */
@Injectable()
export class Slots {
  private readonly logger = new Logger(Slots.name);

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
    const slot = dueSlot(job, this.clock.now());
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
