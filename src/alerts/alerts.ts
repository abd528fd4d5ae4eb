import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import type { Transaction } from '../database/prisma.service.js';
import { JobQueue } from '../queue/job-queue.js';
import { ALERT_QUEUE } from '../queue/queues.js';
import type { Alert } from './alert.js';
import type { AlertJob } from './alert-job.js';
import { type AlertState, AlertStatesRepository } from './alert-states.repository.js';

/** Queues what the receivers are to be told, in the caller's transaction. Does nothing while none is configured. */
@Injectable()
export class Alerts {
  constructor(
    private readonly states: AlertStatesRepository,
    private readonly queue: JobQueue,
    @Inject(APP_CONFIG) private readonly config: Pick<AppConfig, 'alerts'>,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  get areOn(): boolean {
    return this.config.alerts.targets.length > 0;
  }

  /** Tells once, until it has recovered. */
  async raise(tx: Transaction, state: AlertState): Promise<void> {
    if (this.areOn && (await this.states.raise(tx, state))) await this.tell(tx, state);
  }

  /** @param state `message` says what is well again */
  async recover(tx: Transaction, { event, subject, message }: AlertState): Promise<void> {
    if (this.areOn && (await this.states.recover(tx, event, subject)))
      await this.tell(tx, { event: `${event}.recovered`, subject, message });
  }

  /** Tells again what has lasted for another day. */
  async remind(tx: Transaction): Promise<void> {
    for (const state of await this.states.remind(tx)) await this.tell(tx, state);
  }

  /** Queues a ping of HEALTHCHECK_URL. @param path such as `daily_update/start` */
  async ping(tx: Transaction, path: string): Promise<void> {
    if (this.config.alerts.healthcheckUrl === null) return;
    const data: AlertJob = { kind: 'ping', path, at: this.clock.now().toISOString() };
    await this.queue.send(tx, ALERT_QUEUE, [{ id: randomUUID(), key: 'ping', data }]);
  }

  private async tell(tx: Transaction, message: Pick<Alert, 'event' | 'subject' | 'message'>): Promise<void> {
    const alert: Alert = { id: randomUUID(), ...message, at: this.clock.now().toISOString() };
    const jobs = this.config.alerts.targets.map(({ id: target }) => {
      const data: AlertJob = { kind: 'alert', target, alert };
      return { id: randomUUID(), key: target, data };
    });
    await this.queue.send(tx, ALERT_QUEUE, jobs);
  }
}
