import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { CronTime } from 'cron';
import { BackgroundLoop } from '../common/background-loop.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { ClockSkew } from '../database/connection/clock-skew.js';
import type { ScheduledJob } from './due-occurrence.js';
import { SchedulesRepository } from './schedules.repository.js';
import { Occurrences } from './occurrences.js';

/** A start, a stop or a change takes effect in every process within this time. */
const RECONCILE_EVERY_MS = 2_000;
const STALE_AFTER_MS = 60_000;
/** Another process's clock may be ahead by this much. */
const MAX_AHEAD_MS = 60_000;

/**
 * Makes this process's timers match the stored schedules, and fires what is due: occurrences that were missed, and those
 * that a timer was too early or too late for. It polls, so that it recovers from a lost database without further care.
 */
@Injectable()
export class ScheduleReconciler implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(ScheduleReconciler.name);
  private readonly loop: BackgroundLoop;
  private reconciledAtMs = 0;

  constructor(
    private readonly registry: SchedulerRegistry,
    private readonly schedules: SchedulesRepository,
    private readonly occurrences: Occurrences,
    private readonly clockSkew: ClockSkew,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.loop = new BackgroundLoop(clock, () => this.tryToReconcile());
  }

  /** Whether this process should reconcile and has not been able to for a minute. */
  get isStale(): boolean {
    return this.isEnabled && this.clock.monotonicMs() - this.reconciledAtMs > STALE_AFTER_MS;
  }

  onApplicationBootstrap(): void {
    if (!this.isEnabled) return;
    this.reconciledAtMs = this.clock.monotonicMs();
    this.loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.loop.stop();
    for (const timer of this.registry.getCronJobs().values()) await timer.stop();
  }

  private get isEnabled(): boolean {
    return this.config.scheduler.enabled && this.config.roles.includes('scheduler');
  }

  private async tryToReconcile(): Promise<number> {
    try {
      await this.reconcile();
    } catch (error) {
      this.logger.warn({ event: 'schedules.reconcile_failed', reason: String(error) });
    }
    return RECONCILE_EVERY_MS;
  }

  private async reconcile(): Promise<void> {
    const { jobs } = await this.schedules.read();
    const now = this.clock.now().getTime();
    if (jobs.some(({ dueAfter }) => dueAfter.getTime() > now + MAX_AHEAD_MS)) await this.resetFutureTimes();
    for (const job of jobs) {
      await this.setTimer(job);
      await this.occurrences.fireDue(job);
    }
    this.reconciledAtMs = this.clock.monotonicMs();
  }

  /** Times that a wrong clock has stored would keep a job from firing until they have passed. */
  private async resetFutureTimes(): Promise<void> {
    const skew = await this.clockSkew.fault();
    if (skew !== null) throw new Error(skew);
    await this.schedules.resetFutureTimes();
    this.logger.warn({ event: 'schedules.future_times_reset' });
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
