import { type BeforeApplicationShutdown, Logger, type OnModuleInit } from '@nestjs/common';
import type { Pool } from 'pg';
import type { PgBoss } from 'pg-boss';
import { queueSchema } from '../database/connection/queue-schema.js';
import type { StartupRetry } from '../database/connection/startup-retry.js';
import type { Transaction } from '../database/prisma.service.js';
import { QUEUES } from './queues.js';

export interface JobToSend {
  /** A UUID. */
  readonly id: string;
  readonly data: object;
  /** Jobs with a higher one go first. Default: 0. */
  readonly priority?: number;
  /** Jobs of one key are handled in order, in a queue whose policy has keys. */
  readonly key?: string;
}

/** @param signal aborted when the process shuts down, or the job has been given to another worker */
export type JobHandler<Data> = (data: Data, signal: AbortSignal) => Promise<void>;

/** The jobs of a queue that have not been deleted yet. */
export interface QueueFigures {
  readonly queue: string;
  readonly waiting: number;
  readonly active: number;
  /** Failed for good. They are deleted after a while. */
  readonly failed: number;
  /** How long the oldest waiting job has been due. */
  readonly waitingSeconds: number;
}

interface JobQueueOptions {
  readonly pool: Pool;
  /** Of our tables; the queue has a schema of its own beside it. */
  readonly schema: string;
  /** What this process does with jobs; `none` never installs or loads pg-boss. */
  readonly use: 'none' | 'send' | 'work';
}

const SUPERVISE_SECONDS = 2;
/** How often ended jobs are deleted that were kept long enough; once a day by default. */
const MAINTAIN_SECONDS = 60;
const POLL_SECONDS = 1;
/** Of the ten seconds that a shutdown may take, the rest is for closing connections. */
const STOP_TIMEOUT_MS = 7_000;

/** pg-boss on our connection pool. */
export class JobQueue implements OnModuleInit, BeforeApplicationShutdown {
  private readonly logger = new Logger(JobQueue.name);
  private readonly shutdown = new AbortController();
  private boss: PgBoss | null = null;
  /** pg-boss's ids of this process's workers, by queue. */
  private readonly workers = new Map<string, string>();

  constructor(
    private readonly options: JobQueueOptions,
    private readonly startupRetry: StartupRetry,
  ) {}

  get isStarted(): boolean {
    return this.boss !== null;
  }

  async onModuleInit(): Promise<void> {
    if (this.options.use !== 'none') await this.startupRetry.run(() => this.start());
  }

  /** Tells the jobs in progress to stop, and waits for them; they may use the queue until they have. */
  async beforeApplicationShutdown(): Promise<void> {
    this.shutdown.abort(new Error('The process shuts down.'));
    await this.boss?.stop({ graceful: true, timeout: STOP_TIMEOUT_MS, close: false });
    this.boss = null;
  }

  /** Puts jobs into a queue within the caller's transaction. */
  async send(tx: Transaction, queue: string, jobs: readonly JobToSend[]): Promise<void> {
    const { fromPrisma } = await import('pg-boss');
    const inserts = jobs.map(({ key, ...job }) => (key === undefined ? job : { ...job, singletonKey: key }));
    await this.started().insert(queue, inserts, { db: fromPrisma(tx) });
  }

  /**
   * Handles one job after another, `concurrency` of them in parallel, if this process is a worker. A job whose handler
   * rejects is tried again.
   */
  async work<Data>(queue: string, concurrency: number, handler: JobHandler<Data>): Promise<void> {
    if (this.options.use !== 'work') return;
    const id = await this.started().work<Data>(
      queue,
      { pollingIntervalSeconds: POLL_SECONDS, localConcurrency: concurrency },
      async ([job]) => {
        if (job === undefined) return;
        await handler(job.data, AbortSignal.any([this.shutdown.signal, job.signal]));
        // Without this, pg-boss waits for the rest of the polling interval although more jobs may be due.
        this.wake(queue);
      },
    );
    this.workers.set(queue, id);
  }

  /** Makes this process look for jobs of the queue now, if it works on the queue at all. */
  wake(queue: string): void {
    const id = this.workers.get(queue);
    if (id !== undefined) this.boss?.notifyWorker(id);
  }

  /** The data of a queue's jobs that have not ended, of those whose data contain `data`. */
  async open<Data extends object>(queue: string, data: Partial<Data>): Promise<readonly Data[]> {
    const jobs = await this.started().findJobs<Data>(queue, { data, limit: 100_000 });
    return jobs.filter(({ state }) => ['created', 'retry', 'active'].includes(state)).map((job) => job.data);
  }

  /** The state of every queue. */
  async figures(): Promise<readonly QueueFigures[]> {
    const { rows } = await this.options.pool.query<QueueFigures>(
      `SELECT q.name AS queue, count(*) FILTER (WHERE j.state IN ('created', 'retry'))::int AS waiting,
         count(*) FILTER (WHERE j.state = 'active')::int AS active,
         count(*) FILTER (WHERE j.state = 'failed')::int AS failed,
         coalesce(greatest(extract(epoch FROM now() - min(j.start_after) FILTER (WHERE j.state IN ('created', 'retry'))), 0), 0)::float
           AS "waitingSeconds"
       FROM unnest($1::text[]) AS q (name) LEFT JOIN ${queueSchema(this.options.schema)}.job j ON j.name = q.name
       GROUP BY q.name`,
      [QUEUES.map(({ name }) => name)],
    );
    return rows;
  }

  /** Installs pg-boss and the queues where they are missing. */
  private async start(): Promise<void> {
    const { PgBoss: Boss } = await import('pg-boss');
    const boss = new Boss({
      db: { executeSql: (text, values) => this.options.pool.query(text, values) },
      schema: queueSchema(this.options.schema),
      // The migrations create it: CREATE SCHEMA demands CREATE on the database even where the schema exists.
      createSchema: false,
      // Returns the jobs of dead workers to the queue.
      supervise: this.options.use === 'work',
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
      for (const { name, policy, ...options } of QUEUES) {
        await boss.createQueue(name, { ...options, policy });
        // An existing queue keeps the options of the version that created it until they are updated.
        await boss.updateQueue(name, options);
      }
    } catch (error) {
      await boss.stop({ graceful: false, close: false });
      throw error;
    }
    this.boss = boss;
  }

  private started(): PgBoss {
    if (this.boss === null) throw new Error('The job queue is not started in this process.');
    return this.boss;
  }
}
