import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { Alerts } from '../alerts/alerts.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { PrismaService, type Transaction } from '../database/prisma.service.js';
import { MovieFiguresRepository } from '../movies/movie-figures.repository.js';
import { ScheduleFiguresReader } from '../scheduler/schedule-figures.js';

const INTERVAL_MS = 60_000;
const DEADLINE_MS = 10_000;
const DAY_MS = 24 * 3_600_000;
/** Weekly runs refresh what is older than 150 days; TMDB's terms allow 180. */
const STALE_DAYS = 160;
/** A process that is started at the time of an occurrence may be a few minutes late. */
const MISSED_SECONDS = 600;

/** What the monitor looks at. */
@Injectable()
export class MonitoredFigures {
  constructor(
    readonly movies: MovieFiguresRepository,
    readonly schedules: ScheduleFiguresReader,
  ) {}
}

/**
 * Finds out what no run reports: data that are not being refreshed, and schedules that no process fires. Each worker looks
 * once a minute, while ALERT_URLS is set; the database lets one of them tell.
 */
@Injectable()
export class AlertMonitor implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Alerts');
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly prisma: PrismaService,
    private readonly alerts: Alerts,
    private readonly figures: MonitoredFigures,
    @Inject(APP_CONFIG) private readonly config: Pick<AppConfig, 'roles'>,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    if (!this.config.roles.includes('worker') || !this.alerts.areOn) return;
    this.timer = setInterval(() => void this.look(), INTERVAL_MS).unref();
  }

  onApplicationShutdown(): void {
    if (this.timer !== null) clearInterval(this.timer);
  }

  /** Never rejects: the next look tries again. */
  async look(): Promise<void> {
    try {
      const { oldest } = await this.figures.movies.read(DEADLINE_MS);
      const schedules = await this.figures.schedules.read();
      await this.prisma.$transaction(async (tx) => {
        await this.tellAge(tx, oldest);
        for (const job of schedules?.jobs ?? []) await this.tellSchedule(tx, job);
        await this.alerts.remind(tx);
      });
    } catch (error) {
      this.logger.warn({ event: 'alert.look_failed', reason: String(error) });
    }
  }

  private async tellAge(tx: Transaction, oldest: Date | null): Promise<void> {
    const days = oldest === null ? 0 : Math.floor((this.clock.now().getTime() - oldest.getTime()) / DAY_MS);
    const stale = { event: 'data.stale', subject: '' } as const;
    if (days > STALE_DAYS) {
      const message =
        `The oldest details of a movie were fetched ${days} days ago; TMDB's terms allow 180. ` +
        'Check that the daily and weekly runs succeed: npx movie-pipeline doctor';
      await this.alerts.raise(tx, { ...stale, message });
    } else {
      await this.alerts.recover(tx, { ...stale, message: `The oldest details are ${days} days old.` });
    }
  }

  private async tellSchedule(
    tx: Transaction,
    { id, lateSeconds, missed: isMissed, next }: ScheduledJob,
  ): Promise<void> {
    const missed = { event: 'schedule.missed', subject: id } as const;
    if (lateSeconds > MISSED_SECONDS) {
      const message =
        `${id} is late by ${Math.floor(lateSeconds / 60)} minutes, and no process has fired it. ` +
        'Start a process with the role "scheduler".';
      await this.alerts.raise(tx, { ...missed, message });
    } else if (!isMissed) {
      const then = next === null ? 'It does not fire at present.' : `It fires next at ${next.toISOString()}.`;
      await this.alerts.recover(tx, { ...missed, message: `${id} is no longer late. ${then}` });
    }
  }
}

type ScheduledJob = NonNullable<Awaited<ReturnType<ScheduleFiguresReader['read']>>>['jobs'][number];
