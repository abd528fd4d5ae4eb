import { Injectable } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { Occurrences } from './occurrences.js';

/** A place for the stored schedule, which the keeper puts there before it starts the timer. */
const NOT_YET = '0 0 1 1 *';

/** The timers. Which slot is due, if any, is no matter of theirs. */
@Injectable()
export class CronTriggers {
  constructor(private readonly slots: Occurrences) {}

  @Cron(NOT_YET, { name: 'quick_update', disabled: true })
  quick(): Promise<unknown> {
    return this.slots.fire('quick_update');
  }

  @Cron(NOT_YET, { name: 'daily_update', disabled: true })
  daily(): Promise<unknown> {
    return this.slots.fire('daily_update');
  }

  @Cron(NOT_YET, { name: 'weekly_enrichment', disabled: true })
  weekly(): Promise<unknown> {
    return this.slots.fire('weekly_enrichment');
  }
}
