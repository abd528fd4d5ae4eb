import { setTimeout as sleep } from 'node:timers/promises';
import type { JobId } from '../../src/config/app-config.js';
import type { ScheduledJob } from '../../src/scheduler/due-occurrence.js';
import { FakeClock } from './fake-clock.js';
import type { TestDatabase } from './test-database.js';
import { startTestScheduler, type TestScheduler } from './test-scheduler.js';

/** Within this every process obeys. */
export const OBEYED_MS = 2_000;
/** Three hours before the next slot of any job. */
const NOON = new Date('2026-09-01T12:30:00Z');

interface SlotRow {
  readonly job: string;
  readonly slot: string;
  readonly late: number;
  readonly run: number | null;
}

/** Processes that have the role scheduler, on one database and one clock. */
export class TestSchedulers {
  readonly clock = new FakeClock(NOON);
  private processes: TestScheduler[] = [];

  constructor(private readonly database: TestDatabase) {}

  /** One more process, once it has looked at the schedules. */
  async start(env: Record<string, string> = {}): Promise<TestScheduler> {
    const started = await startTestScheduler(this.database, this.clock, env);
    this.processes.push(started);
    if (env.SCHEDULER_ENABLED !== 'false') await this.allAsleep();
    return started;
  }

  async end(process: TestScheduler): Promise<void> {
    this.processes = this.processes.filter((other) => other !== process);
    await process.close();
  }

  /** Ends all processes and forgets what they stored. */
  async close(): Promise<void> {
    for (const process of this.processes) await process.close();
    await this.database.query(
      'TRUNCATE scheduler_occurrences, scheduler_state, scheduler_jobs, pipeline_runs RESTART IDENTITY CASCADE',
    );
  }

  async pass(ms: number): Promise<void> {
    await this.clock.advance(ms - OBEYED_MS);
    await this.allAsleep();
    await this.clock.advance(OBEYED_MS);
    await this.allAsleep();
  }

  async passUntil(iso: string): Promise<void> {
    await this.pass(Date.parse(iso) - this.clock.now().getTime());
  }

  async until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
    while (!(await isTrue())) await sleep(2);
  }

  async fired(): Promise<SlotRow[]> {
    return this.database.query<SlotRow>(
      `SELECT job_id AS job, to_char(occurs_at AT TIME ZONE 'UTC', 'MM-DD HH24:MI') AS slot, late_seconds AS late, run_id AS run
         FROM scheduler_occurrences ORDER BY occurs_at, job_id`,
    );
  }

  async firedSlots(): Promise<string[]> {
    return (await this.fired()).map(({ job, slot }) => `${job} ${slot}`);
  }

  /** As the first process sees it. */
  async jobOf(id: JobId): Promise<ScheduledJob> {
    const { jobs } = await this.processes[0]!.repository.read();
    return jobs.find((job) => job.id === id)!;
  }

  /** Until every process has looked, and waits to look again. */
  private async allAsleep(): Promise<void> {
    await this.until(() => this.clock.asleep === this.processes.length);
  }
}
