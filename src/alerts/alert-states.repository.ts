import { Injectable } from '@nestjs/common';
import type { Transaction } from '../database/prisma.service.js';
import type { AlertEvent } from './alert.js';

export interface AlertState {
  readonly event: AlertEvent;
  readonly subject: string;
  readonly message: string;
}

/** Sole reader and writer of pipeline_alerts. The database decides which of several processes tells of a change. */
@Injectable()
export class AlertStatesRepository {
  /** Returns whether it was not raised before. */
  async raise(tx: Transaction, { event, subject, message }: AlertState): Promise<boolean> {
    const [row] = await tx.$queryRaw<{ isNew: boolean }[]>`
      INSERT INTO pipeline_alerts (event, subject, message) VALUES (${event}, ${subject}, ${message})
      ON CONFLICT (event, subject) DO UPDATE SET message = excluded.message
      RETURNING xmax = 0 AS "isNew"`;
    return row?.isNew === true;
  }

  /** Returns whether it was raised. */
  async recover(tx: Transaction, event: AlertEvent, subject: string): Promise<boolean> {
    const count =
      await tx.$executeRaw`DELETE FROM pipeline_alerts WHERE event = ${event} AND subject = ${subject}`;
    return count > 0;
  }

  /** What has been raised and not told for a day; it counts as told now. */
  async remind(tx: Transaction): Promise<readonly AlertState[]> {
    return tx.$queryRaw<AlertState[]>`
      UPDATE pipeline_alerts SET told_at = now() WHERE told_at <= now() - interval '1 day'
      RETURNING event, subject, message`;
  }
}
