import { Inject, Injectable, Logger } from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { PrismaService } from '../database/prisma.service.js';

/** At most so many at once, so that no single trimming takes long. */
const BATCH = 10_000;
const DAY_MS = 86_400_000;

/**
 * Forgets old runs, with their errors; what an older version left, and the last success, stay for good. And gives back
 * the room of what ended runs kept to be resumed.
 */
@Injectable()
export class RunRetention {
  private readonly logger = new Logger(RunRetention.name);

  constructor(
    private readonly prisma: PrismaService,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** After each run; one that fails is made up for after the next. */
  async trim(): Promise<void> {
    const before = new Date(this.clock.now().getTime() - this.config.runRetentionDays * DAY_MS);
    try {
      const runs = await this.prisma.$executeRaw`
        DELETE FROM pipeline_runs WHERE id IN (
          SELECT id FROM pipeline_runs
          WHERE run_date < ${before.toISOString()}::timestamptz AT TIME ZONE 'UTC'
            AND update_type IS NOT NULL AND status NOT IN ('QUEUED', 'RUNNING')
            AND id IS DISTINCT FROM (SELECT max(id) FROM pipeline_runs WHERE status = 'SUCCESS')
          ORDER BY run_date LIMIT ${BATCH})`;
      if (runs > 0) this.logger.log({ event: 'runs.trimmed', runs });
      // Autovacuum comes minutes later, and later still after a crash, when dead rows are counted anew.
      await this.prisma.$executeRaw`VACUUM (SKIP_LOCKED) pipeline_run_pages, pipeline_run_movies`;
    } catch (error) {
      this.logger.warn({ event: 'runs.not_trimmed', reason: String(error) });
    }
  }
}
