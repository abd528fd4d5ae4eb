import type { JobId } from '../../src/config/app-config.js';
import type { ScheduledJob } from '../../src/scheduler/due-occurrence.js';
import { FakeClock } from './fake-clock.js';
import type { TestDatabase } from './test-database.js';
import { startTestScheduler, type TestScheduler } from './test-scheduler.js';
import { until } from './until.js';

/** Every process reconciles its timers with the stored schedules once within this time. */
export const RECONCILE_EVERY_MS = 2_000;
/** Several hours away from the occurrences of all jobs. */
const START = new Date('2026-09-01T12:30:00Z');

interface FiredRow {
  readonly job: string;
  /** `MM-DD HH:MM` in UTC. */
  readonly at: string;
  readonly late: number;
  readonly run: number | null;
}

/** Processes with the role scheduler on one database and one clock. */
export class TestSchedulers {
  readonly clock = new FakeClock(START);
  private processes: TestScheduler[] = [];

  constructor(private readonly database: TestDatabase) {}

  /** Starts one more process and waits until it has reconciled. */
  async start(env: Record<string, string> = {}): Promise<TestScheduler> {
    const started = await startTestScheduler(this.database, this.clock, env);
    this.processes.push(started);
    if (env.SCHEDULER_ENABLED !== 'false') await this.allReconciled();
    return started;
  }

  async end(process: TestScheduler): Promise<void> {
    this.processes = this.processes.filter((other) => other !== process);
    await process.close();
  }

  /** Ends all processes and deletes what they stored. */
  async close(): Promise<void> {
    for (const process of this.processes) await process.close();
    await this.database.query(
      'TRUNCATE scheduler_occurrences, scheduler_state, scheduler_jobs, pipeline_runs RESTART IDENTITY CASCADE',
    );
  }

  /** Advances the clock, and waits until every process has reconciled at the new time. */
  async advance(ms: number): Promise<void> {
    await this.clock.advance(ms - RECONCILE_EVERY_MS);
    await this.allReconciled();
    await this.clock.advance(RECONCILE_EVERY_MS);
    await this.allReconciled();
  }

  async advanceTo(iso: string): Promise<void> {
    await this.advance(Date.parse(iso) - this.clock.now().getTime());
  }

  async fired(): Promise<FiredRow[]> {
    return this.database.query<FiredRow>(
      `SELECT job_id AS job, to_char(occurs_at AT TIME ZONE 'UTC', 'MM-DD HH24:MI') AS at, late_seconds AS late, run_id AS run
         FROM scheduler_occurrences ORDER BY occurs_at, job_id`,
    );
  }

  /** The fired occurrences as `job MM-DD HH:MM`. */
  async firedTimes(): Promise<string[]> {
    return (await this.fired()).map(({ job, at }) => `${job} ${at}`);
  }

  /** A job as the first process reads it. */
  async jobOf(id: JobId): Promise<ScheduledJob> {
    const { jobs } = await this.processes[0]!.repository.read();
    return jobs.find((job) => job.id === id)!;
  }

  /** A process sleeps on the clock between two reconciliations, and at no other time. */
  private async allReconciled(): Promise<void> {
    await until(() => this.clock.asleep === this.processes.length, {
      deadlineMs: 30_000,
      what: 'every process has reconciled its schedules',
    });
  }
}
