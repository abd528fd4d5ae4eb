import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { CronTime } from 'cron';
import { CLOCK, type Clock } from '../common/clock.js';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import type { ScheduledJob } from './due-occurrence.js';
import { SchedulesRepository } from './schedules.repository.js';
import { Occurrences } from './occurrences.js';

/** So long until every process obeys a start, a stop or an edit. */
const LOOK_EVERY_MS = 2_000;
const UNSEEN_TOO_LONG_MS = 60_000;

/**
 * Keeps this process's timers as the database has the schedules, and fires what is due: what was missed, and what a
 * timer was early or late for. Looks time and again, which goes on by itself after the database was away.
 */
@Injectable()
export class ScheduleReconciler implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(ScheduleReconciler.name);
  private readonly shutdown = new AbortController();
  private keeping: Promise<void> = Promise.resolve();
  private lastLookMs = 0;

  constructor(
    private readonly registry: SchedulerRegistry,
    private readonly schedules: SchedulesRepository,
    private readonly slots: Occurrences,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Whether this process should look and doesn't get to. */
  get isStale(): boolean {
    return this.isWanted && this.clock.monotonicMs() - this.lastLookMs > UNSEEN_TOO_LONG_MS;
  }

  onApplicationBootstrap(): void {
    if (!this.isWanted) return;
    this.lastLookMs = this.clock.monotonicMs();
    this.keeping = this.keep();
  }

  async onModuleDestroy(): Promise<void> {
    this.shutdown.abort();
    await this.keeping;
    for (const job of this.registry.getCronJobs().values()) await job.stop();
  }

  private get isWanted(): boolean {
    return this.config.scheduler.enabled && this.config.roles.includes('scheduler');
  }

  private async keep(): Promise<void> {
    const { signal } = this.shutdown;
    while (!signal.aborted) {
      try {
        await this.look();
      } catch (error) {
        this.logger.warn({ event: 'scheduler.not_read', reason: String(error) });
      }
      await this.clock.sleep(LOOK_EVERY_MS, signal).catch(() => undefined);
    }
  }

  private async look(): Promise<void> {
    const { jobs } = await this.schedules.read();
    for (const job of jobs) {
      await this.setTimer(job);
      await this.slots.fireDue(job);
    }
    this.lastLookMs = this.clock.monotonicMs();
  }

  private async setTimer({ id, timetable: { cron, timezone }, active }: ScheduledJob): Promise<void> {
    const timer = this.registry.getCronJob(id);
    if (timer.cronTime.source !== cron || timer.cronTime.timeZone !== timezone) {
      timer.setTime(new CronTime(cron, timezone));
    }
    if (active) timer.start();
    else await timer.stop();
  }
}
