import { Injectable } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { Occurrences } from './occurrences.js';

/** `@Cron` needs an expression at load time. The reconciler replaces it by the stored one before it starts the timer. */
const PLACEHOLDER = '0 0 1 1 *';

/** One timer for each job, named by the job's id. */
@Injectable()
export class CronTriggers {
  constructor(private readonly occurrences: Occurrences) {}

  @Cron(PLACEHOLDER, { name: 'quick_update', disabled: true })
  quick(): Promise<unknown> {
    return this.occurrences.fire('quick_update');
  }

  @Cron(PLACEHOLDER, { name: 'daily_update', disabled: true })
  daily(): Promise<unknown> {
    return this.occurrences.fire('daily_update');
  }

  @Cron(PLACEHOLDER, { name: 'weekly_enrichment', disabled: true })
  weekly(): Promise<unknown> {
    return this.occurrences.fire('weekly_enrichment');
  }

  @Cron(PLACEHOLDER, { name: 'catalogue_sync', disabled: true })
  catalogue(): Promise<unknown> {
    return this.occurrences.fire('catalogue_sync');
  }
}
