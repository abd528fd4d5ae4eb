import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock.js';
import { JobQueue } from '../../queue/job-queue.js';
import { RUN_QUEUE, type RunJob } from '../../queue/queues.js';
import { RunAborted } from '../../runs/run-ending.js';
import { RunLeases } from '../../runs/run-lease.repository.js';
import { RunRetention } from '../../runs/run-retention.repository.js';
import { RunExecutor } from './run-executor.js';

/** Leads runs from the queue, one at a time, where this process is a worker. */
@Injectable()
export class RunWorker implements OnApplicationBootstrap {
  private readonly logger = new Logger(RunWorker.name);

  constructor(
    private readonly queue: JobQueue,
    private readonly leases: RunLeases,
    private readonly executor: RunExecutor,
    private readonly retention: RunRetention,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.queue.work<RunJob>(RUN_QUEUE, 1, (job, signal) => this.lead(job, signal));
  }

  /** Rejects when the run is to be led again: by the next worker, or once another run has ended. */
  private async lead({ runId }: RunJob, signal: AbortSignal): Promise<void> {
    const run = await this.leases.acquire(runId, this.clock.now());
    if (run === null) return;
    this.logger.log({ event: 'run.acquired', runId, timesResumed: run.lease.fencingToken });
    const reason = await this.executor.execute(run, signal);
    this.logger.log({ event: 'run.left', runId, reason: reason.kind });
    if (reason.kind === 'released' || reason.kind === 'outranked') throw new RunAborted(reason);
    await this.retention.trim();
  }
}
