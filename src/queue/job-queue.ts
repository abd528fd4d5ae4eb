import { createHash } from 'node:crypto';
import { Logger } from '@nestjs/common';
import type { Pool } from 'pg';
import type { Job, JobWithMetadata, PgBoss, QueueOptions, QueuePolicy } from 'pg-boss';
import type { Transaction } from '../database/prisma.service.js';

export interface QueueDefinition extends QueueOptions {
  readonly name: string;
  readonly policy?: QueuePolicy;
}

export interface JobToSend {
  /** A UUID. */
  readonly id: string;
  readonly data: object;
}

const SUPERVISE_SECONDS = 2;
/** How often ended jobs that have been kept long enough are deleted; pg-boss does it once a day by itself. */
const MAINTAIN_SECONDS = 60;
const POLL_SECONDS = 1;

/** pg-boss on our pool, in a schema of its own. Loaded and installed by those alone who start it. */
export class JobQueue {
  private readonly logger = new Logger(JobQueue.name);
  private boss: PgBoss | null = null;
  /** pg-boss's ids of this process's workers, by queue. */
  private readonly workers = new Map<string, string>();

  constructor(
    private readonly pool: Pool,
    private readonly schema: string,
  ) {}

  get isStarted(): boolean {
    return this.boss !== null;
  }

  /**
   * Installs pg-boss and the queues where they are missing.
   * @param supervise whether this process also watches for jobs whose worker has died
   */
  async start(queues: readonly QueueDefinition[], supervise: boolean): Promise<void> {
    const { PgBoss: Boss } = await import('pg-boss');
    const boss = new Boss({
      db: { executeSql: (text, values) => this.pool.query(text, values) },
      schema: queueSchema(this.schema),
      supervise,
      superviseIntervalSeconds: SUPERVISE_SECONDS,
      monitorIntervalSeconds: SUPERVISE_SECONDS,
      maintenanceIntervalSeconds: MAINTAIN_SECONDS,
      schedule: false,
      registerInstance: false,
      openTelemetry: { enabled: false },
    });
    boss.on('error', (error) => {
      this.logger.warn({ event: 'queue.error', reason: error.message });
    });
    try {
      await boss.start();
      for (const { name, ...options } of queues) await boss.createQueue(name, options);
    } catch (error) {
      await boss.stop({ graceful: false, close: false });
      throw error;
    }
    this.boss = boss;
  }

  /** Puts jobs into a queue within the caller's transaction. */
  async send(tx: Transaction, queue: string, jobs: readonly JobToSend[]): Promise<void> {
    const { fromPrisma } = await import('pg-boss');
    await this.started().insert(queue, [...jobs], { db: fromPrisma(tx) });
  }

  /** Takes one job after another, `concurrency` at once, until the queue is stopped. */
  async work<Data>(
    queue: string,
    concurrency: number,
    handler: (job: Job<Data>) => Promise<void>,
  ): Promise<void> {
    const id = await this.started().work<Data>(
      queue,
      { pollingIntervalSeconds: POLL_SECONDS, localConcurrency: concurrency },
      async ([job]) => {
        if (job !== undefined) await handler(job);
      },
    );
    this.workers.set(queue, id);
  }

  /** Has this process look for jobs of the queue at once, where it works on them at all. */
  wake(queue: string): void {
    const id = this.workers.get(queue);
    if (id !== undefined) this.boss?.notifyWorker(id);
  }

  /** Jobs of a queue that have not ended, of those whose data contain `data`. */
  async open<Data>(queue: string, data: object): Promise<readonly JobWithMetadata<Data>[]> {
    const jobs = await this.started().findJobs<Data>(queue, { data, limit: 100_000 });
    return jobs.filter(({ state }) => ['created', 'retry', 'active'].includes(state));
  }

  /** Takes no more jobs, and waits so long for those under way, which may use the queue to their end. */
  async stop(timeoutMs: number): Promise<void> {
    await this.boss?.stop({ graceful: true, timeout: timeoutMs, close: false });
    this.boss = null;
  }

  private started(): PgBoss {
    if (this.boss === null) throw new Error('The job queue is not started in this process.');
    return this.boss;
  }
}

/** Beside each schema of ours one for its queue; pg-boss takes few letters in a name. */
function queueSchema(schema: string): string {
  if (schema === 'public') return 'movie_pipeline_jobs';
  return `movie_pipeline_jobs_${createHash('sha256').update(schema).digest('hex').slice(0, 12)}`;
}
