import { Inject, Injectable, Logger } from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { PrismaService } from '../database/prisma.service.js';

/** Runs deleted at once, so that no single deletion takes long. */
const BATCH = 10_000;
const DAY_MS = 86_400_000;

/** Deletes runs older than RUN_RETENTION_DAYS; those of v3, and the last success, stay. */
@Injectable()
export class RunRetention {
  private readonly logger = new Logger(RunRetention.name);

  constructor(
    private readonly prisma: PrismaService,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Never rejects: what fails is done after the next run. */
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
      // The checkpoint of the run that has just ended. Autovacuum comes minutes later, and later still after a crash.
      await this.prisma.$executeRaw`VACUUM (SKIP_LOCKED) pipeline_run_pages, pipeline_run_movies`;
    } catch (error) {
      this.logger.warn({ event: 'runs.trim_failed', reason: String(error) });
    }
  }
}
