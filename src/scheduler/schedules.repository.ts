import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import { APP_CONFIG, type AppConfig, JOB_IDS, type JobId } from '../config/app-config.js';
import { PrismaService, type Transaction } from '../database/prisma.service.js';
import type { ScheduledJob, Occurrence } from './due-occurrence.js';
import { Timetable } from './timetable.js';

export interface Schedules {
  readonly running: boolean;
  /** Those that exist, in the order of JOB_IDS. */
  readonly jobs: readonly ScheduledJob[];
}

export interface JobChange {
  readonly cron?: string | undefined;
  readonly timezone?: string | undefined;
  readonly enabled?: boolean | undefined;
}

interface JobRow {
  readonly id: string;
  readonly cron: string;
  readonly timezone: string;
  readonly enabled: boolean;
  readonly running: boolean;
  readonly due_after: Date;
  readonly run_id: number | null;
}

/** Fired occurrences are deleted after a year. */
const RETENTION_MS = 365 * 24 * 3_600_000;

/** Sole reader and writer of scheduler_jobs, scheduler_state and scheduler_occurrences. */
@Injectable()
export class SchedulesRepository {
  private readonly timetables = new Map<JobId, Timetable>();
  private readonly jobIds: readonly JobId[];

  constructor(
    private readonly prisma: PrismaService,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.jobIds = JOB_IDS.filter((id) => config.scheduler.firstSchedules[id] !== undefined);
  }

  /** The stored schedules. The first call on a database stores those of the environment. */
  async read(): Promise<Schedules> {
    const stored = await this.stored();
    if (stored !== null) return stored;
    await this.seed();
    const seeded = await this.stored();
    if (seeded === null) throw new Error('The schedules were deleted while they were read.');
    return seeded;
  }

  /** The stored schedules; null before the first start of the service. */
  async stored(): Promise<Schedules | null> {
    const rows = await this.prisma.$queryRaw<JobRow[]>`
      SELECT j.id, j.cron, j.timezone, j.enabled, s.running,
        greatest(j.changed_at, s.changed_at, last.occurs_at) AS due_after, last.run_id
      FROM scheduler_state s CROSS JOIN scheduler_jobs j LEFT JOIN LATERAL (
        SELECT occurs_at, run_id FROM scheduler_occurrences WHERE job_id = j.id ORDER BY occurs_at DESC LIMIT 1) last ON true`;
    const jobs = this.jobIds.flatMap((id) => {
      const row = rows.find((other) => other.id === id);
      return row === undefined ? [] : this.toJob(id, row);
    });
    if (jobs.length < this.jobIds.length) return null;
    return { running: rows.every(({ running }) => running), jobs };
  }

  /**
   * Stores a fired occurrence together with the run that `enqueue` queues, in one transaction. The primary key (job, time)
   * lets one process through; the schedule must still be the one that was read.
   * @returns the run's id; null when another process fired the occurrence or the schedule changed since
   */
  async fire(
    { id, timetable: { cron, timezone } }: ScheduledJob,
    { at, lateSeconds }: Occurrence,
    enqueue: (tx: Transaction) => Promise<number>,
  ): Promise<number | null> {
    const now = this.clock.now();
    return this.prisma.$transaction(async (tx) => {
      const count = await tx.$executeRaw`
        INSERT INTO scheduler_occurrences (job_id, occurs_at, fired_at, late_seconds)
        SELECT j.id, ${at.toISOString()}::timestamptz, ${now.toISOString()}::timestamptz, ${lateSeconds}
        FROM scheduler_jobs j CROSS JOIN scheduler_state s
        WHERE j.id = ${id} AND j.cron = ${cron} AND j.timezone = ${timezone} AND j.enabled AND s.running
          AND ${at.toISOString()}::timestamptz > greatest(j.changed_at, s.changed_at)
        FOR SHARE
        ON CONFLICT DO NOTHING`;
      if (count === 0) return null;
      const runId = await enqueue(tx);
      await tx.schedulerOccurrence.update({
        where: { jobId_occursAt: { jobId: id, occursAt: at } },
        data: { runId },
      });
      const cutoff = new Date(now.getTime() - RETENTION_MS);
      await tx.schedulerOccurrence.deleteMany({ where: { jobId: id, occursAt: { lt: cutoff } } });
      return runId;
    });
  }

  /** Sets every stored time that lies in the future to now, and deletes occurrences of the future. */
  async resetFutureTimes(): Promise<void> {
    const now = this.clock.now();
    const changedAt = { gt: now };
    await this.prisma.$transaction([
      this.prisma.schedulerOccurrence.deleteMany({ where: { occursAt: { gt: now } } }),
      this.prisma.schedulerJob.updateMany({ where: { changedAt }, data: { changedAt: now } }),
      this.prisma.schedulerState.updateMany({ where: { changedAt }, data: { changedAt: now } }),
    ]);
  }

  /** False when nothing changed. */
  async setRunning(running: boolean): Promise<boolean> {
    const { count } = await this.prisma.schedulerState.updateMany({
      where: { running: !running },
      data: { running, changedAt: this.clock.now() },
    });
    return count > 0;
  }

  /** False when nothing changed. A change of nothing keeps a due occurrence due. */
  async change(id: JobId, { cron, timezone, enabled }: JobChange): Promise<boolean> {
    const count = await this.prisma.$executeRaw`
      UPDATE scheduler_jobs
      SET cron = coalesce(${cron ?? null}::text, cron), timezone = coalesce(${timezone ?? null}::text, timezone),
        enabled = coalesce(${enabled ?? null}::boolean, enabled),
        changed_at = ${this.clock.now().toISOString()}::timestamptz
      WHERE id = ${id} AND (cron <> ${cron ?? null}::text OR timezone <> ${timezone ?? null}::text
        OR enabled <> ${enabled ?? null}::boolean)`;
    return count > 0;
  }

  /** Skips what another process has stored meanwhile. */
  private async seed(): Promise<void> {
    const changedAt = this.clock.now();
    const { firstSchedules } = this.config.scheduler;
    await this.prisma.schedulerJob.createMany({
      data: this.jobIds.flatMap((id) => {
        const schedule = firstSchedules[id];
        return schedule === undefined ? [] : { id, ...schedule, changedAt };
      }),
      skipDuplicates: true,
    });
    await this.prisma.schedulerState.createMany({
      data: [{ running: true, changedAt }],
      skipDuplicates: true,
    });
  }

  private toJob(id: JobId, row: JobRow): ScheduledJob {
    return {
      id,
      timetable: this.timetableOf(id, row),
      enabled: row.enabled,
      active: row.enabled && row.running,
      dueAfter: row.due_after,
      lastRunId: row.run_id,
    };
  }

  /** The same object from one read to the next, because it caches its next occurrence. */
  private timetableOf(id: JobId, { cron, timezone }: JobRow): Timetable {
    const known = this.timetables.get(id);
    if (known?.cron === cron && known.timezone === timezone) return known;
    const timetable = new Timetable(cron, timezone);
    this.timetables.set(id, timetable);
    return timetable;
  }
}
