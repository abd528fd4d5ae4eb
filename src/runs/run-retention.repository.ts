import { Inject, Injectable, Logger } from '@nestjs/common';
import { AuditTrail } from '../audit/audit-trail.js';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { PrismaService } from '../database/prisma.service.js';

/** Runs deleted at once, so that no single deletion takes long. */
const BATCH = 10_000;

/**
 * Deletes runs and audit records older than RUN_RETENTION_DAYS; those of v3, and the last success, stay. The database's clock decides, so
 * that a process whose clock is ahead does not delete them all.
 */
@Injectable()
export class RunRetention {
  private readonly logger = new Logger(RunRetention.name);

  constructor(
    private readonly prisma: PrismaService,
    private readonly audit: AuditTrail,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  /** Never rejects: what fails is done after the next run. */
  async trim(): Promise<void> {
    try {
      const runs = await this.prisma.$executeRaw`
        DELETE FROM pipeline_runs WHERE id IN (
          SELECT id FROM pipeline_runs
          WHERE run_date < (now() - interval '1 day' * ${this.config.runRetentionDays}::int) AT TIME ZONE 'UTC'
            AND update_type IS NOT NULL AND status NOT IN ('QUEUED', 'RUNNING')
            AND id IS DISTINCT FROM (SELECT max(id) FROM pipeline_runs WHERE status = 'SUCCESS')
          ORDER BY run_date LIMIT ${BATCH})`;
      if (runs > 0) this.logger.log({ event: 'runs.trimmed', runs });
      await this.audit.trim();
      // The checkpoint of the run that has just ended. Autovacuum comes minutes later, and later still after a crash.
      await this.prisma.$executeRaw`VACUUM (SKIP_LOCKED) pipeline_run_pages, pipeline_run_movies`;
    } catch (error) {
      this.logger.warn({ event: 'runs.trim_failed', reason: String(error) });
    }
  }
}
