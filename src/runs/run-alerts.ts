import { Injectable } from '@nestjs/common';
import { Alerts } from '../alerts/alerts.js';
import type { JobId } from '../config/app-config.js';
import type { Transaction } from '../database/prisma.service.js';
import type { UpdateType } from './run-plan.js';
import type { Run } from './run.js';

/** The schedule that queues runs of a type. */
const JOB_OF: Readonly<Partial<Record<UpdateType, JobId>>> = {
  quick: 'quick_update',
  daily: 'daily_update',
  full: 'weekly_enrichment',
  catalogue: 'catalogue_sync',
};

/** Tells of runs that begin and end, in the transactions that record it. */
@Injectable()
export class RunAlerts {
  constructor(private readonly alerts: Alerts) {}

  async started(tx: Transaction, run: Pick<Run, 'trigger' | 'updateType'>): Promise<void> {
    const job = jobOf(run);
    if (job !== null) await this.alerts.ping(tx, `${job}/start`);
  }

  /** @param isKeyRefused whether TMDB refused the API key */
  async ended(tx: Transaction, run: Run, isKeyRefused = false): Promise<void> {
    const { status, updateType } = run;
    if (status === 'CANCELLED') return;
    const failed = status === 'FAILED';
    const job = jobOf(run);
    if (job !== null) await this.alerts.ping(tx, failed ? `${job}/fail` : job);
    const subject = updateType ?? 'unknown';
    const name = `Run ${run.id} (${subject})`;
    const message = failed
      ? `${name} failed: ${run.errorMessage ?? 'unknown reason.'}`
      : `${name} ended: ${status}.`;
    await this.alerts[failed ? 'raise' : 'recover'](tx, { event: 'run.failed', subject, message });
    const key = { event: 'tmdb.key_refused', subject: '' } as const;
    if (isKeyRefused) await this.alerts.raise(tx, { ...key, message: run.errorMessage ?? '' });
    else if (!failed) await this.alerts.recover(tx, { ...key, message: 'TMDB accepts the API key.' });
  }
}

function jobOf({ trigger, updateType }: Pick<Run, 'trigger' | 'updateType'>): JobId | null {
  return trigger === 'schedule' && updateType !== null ? (JOB_OF[updateType] ?? null) : null;
}
