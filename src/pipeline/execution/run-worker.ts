import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { Job } from 'pg-boss';
import { CLOCK, type Clock } from '../../common/clock.js';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import { JobQueue } from '../../queue/job-queue.js';
import type { EnrichBatch } from '../../enrichment/enrichment-batches.js';
import { EnrichBatchProcessor } from '../../enrichment/enrich-batch.processor.js';
import { ENRICH_QUEUE, RUN_QUEUE } from '../../runs/queues.js';
import { type LeasedRun, RunLeases } from '../../runs/run-lease.repository.js';
import { RunReleased } from '../../runs/run-errors.js';
import { type Grip, RunExecutor } from './run-executor.js';
import { RunRetention } from '../../runs/run-retention.js';
import type { RunJob } from './run-queue.js';

/** So that one batch's answers are awaited while another's are asked for. */
const BATCHES_AT_ONCE = 2;
/** What is left of ten seconds for the rest of the shutdown. */
const STOP_TIMEOUT_MS = 7_000;

/** Takes runs and batches from the queue, where this process has the role of a worker. */
@Injectable()
export class RunWorker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(RunWorker.name);
  private readonly shutdown = new AbortController();

  constructor(
    private readonly queue: JobQueue,
    private readonly claims: RunLeases,
    private readonly executor: RunExecutor,
    private readonly batches: EnrichBatchProcessor,
    private readonly retention: RunRetention,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (!this.config.roles.includes('worker')) return;
    await this.queue.work<RunJob>(RUN_QUEUE, 1, (job) => this.run(job));
    await this.queue.work<EnrichBatch>(ENRICH_QUEUE, BATCHES_AT_ONCE, (job) =>
      this.batches.enrich(job, this.shutdown.signal),
    );
  }

  /** Gives back what is under way. */
  async beforeApplicationShutdown(): Promise<void> {
    this.shutdown.abort(new RunReleased());
    await this.queue.stop(STOP_TIMEOUT_MS);
  }

  private async run({ data: { runId }, signal: claim }: Job<RunJob>): Promise<void> {
    const signal = AbortSignal.any([this.shutdown.signal, handedBackWith(claim)]);
    await this.executor.expel(runId);
    const grip = await this.executor.grip(signal, { patient: true });
    if (grip === null) return;
    const run = await this.take(runId, grip);
    if (run === null) return;
    this.logger.log({ event: 'run.taken', runId, resumed: run.hold.fence });
    const end = await this.executor.execute(run, grip, { signal });
    this.logger.log({ event: 'run.left', runId, end });
    if (end === 'handed_back') throw new RunReleased();
    await this.retention.trim();
  }

  private async take(runId: number, { lock }: Grip): Promise<LeasedRun | null> {
    const now = this.clock.now();
    try {
      await this.claims.closeInterrupted(now);
      const run = await this.claims.take(runId, { holder: lock.holder, now });
      if (run === null) await lock.release();
      return run;
    } catch (error) {
      await lock.release();
      throw error;
    }
  }
}

/** Another worker has the job once its signal is aborted. */
function handedBackWith(claim: AbortSignal): AbortSignal {
  const handedBack = new AbortController();
  claim.addEventListener(
    'abort',
    () => {
      handedBack.abort(new RunReleased());
    },
    { once: true },
  );
  return handedBack.signal;
}
