import { Inject, Injectable, Logger } from '@nestjs/common';
import { AuditLog, type TrailAction } from '../common/logging/audit-log.js';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { AuditRepository } from './audit.repository.js';

/** Records who changed what, from where: in the log and, for RUN_RETENTION_DAYS, in the database. */
@Injectable()
export class AuditTrail {
  private readonly logger = new Logger('Audit');

  constructor(
    private readonly log: AuditLog,
    private readonly repository: AuditRepository,
    @Inject(APP_CONFIG) private readonly config: Pick<AppConfig, 'runRetentionDays'>,
  ) {}

  /** Call it after the action. Never rejects, because the action stays: the log has the record in any case. */
  async record(action: TrailAction, details: Readonly<Record<string, unknown>> = {}): Promise<void> {
    const origin = this.log.record(action, details);
    try {
      await this.repository.add({ action, ...origin, details });
    } catch (error) {
      this.logger.error({ event: 'audit.not_stored', action, reason: String(error) });
    }
  }

  /** Deletes what is older than RUN_RETENTION_DAYS. */
  trim(): Promise<number> {
    return this.repository.trim(this.config.runRetentionDays);
  }
}
