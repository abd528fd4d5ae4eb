import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { JobQueue } from '../queue/job-queue.js';
import { ALERT_QUEUE } from '../queue/queues.js';
import type { Alert } from './alert.js';
import type { AlertJob } from './alert-job.js';
import { alertRequest } from './alert-request.js';
import { post } from './post.js';

/** What could not be told for a day is not told. */
const GIVE_UP_MS = 24 * 3_600_000;

/** Tells the receivers what is in the queue, where this process is a worker. Each receiver is told in order. */
@Injectable()
export class AlertSender implements OnApplicationBootstrap {
  private readonly logger = new Logger('Alerts');

  constructor(
    private readonly queue: JobQueue,
    @Inject(APP_CONFIG) private readonly config: Pick<AppConfig, 'alerts'>,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { targets, healthcheckUrl } = this.config.alerts;
    if (targets.length === 0 && healthcheckUrl === null) return;
    await this.queue.work<AlertJob>(ALERT_QUEUE, targets.length + 1, (job) => this.handle(job));
  }

  /** Rejects when the job is to be tried again. */
  private async handle(job: AlertJob): Promise<void> {
    const what = job.kind === 'ping' ? { ping: job.path } : { alert: job.alert.event, target: job.target };
    try {
      const isSent = job.kind === 'ping' ? await this.ping(job.path) : await this.tell(job.target, job.alert);
      this.logger.log({ event: isSent ? 'alert.sent' : 'alert.no_receiver', ...what });
    } catch (error) {
      const reason = (error as Error).message;
      const since = job.kind === 'ping' ? job.at : job.alert.at;
      const isOver = this.clock.now().getTime() - new Date(since).getTime() > GIVE_UP_MS;
      this.logger.warn({ event: isOver ? 'alert.given_up' : 'alert.failed', ...what, reason });
      if (!isOver) throw error;
    }
  }

  /** False when this process's ALERT_URLS do not name the target. */
  private async tell(id: string, alert: Alert): Promise<boolean> {
    const { targets, secret, isPrivateAllowed } = this.config.alerts;
    const target = targets.find((other) => other.id === id);
    if (target === undefined) return false;
    await post(target.url, alertRequest(target, alert, secret, this.clock.now()), { isPrivateAllowed });
    return true;
  }

  private async ping(path: string): Promise<boolean> {
    const { healthcheckUrl, isPrivateAllowed } = this.config.alerts;
    if (healthcheckUrl !== null)
      await post(`${healthcheckUrl}/${path}`, { headers: {}, body: '' }, { isPrivateAllowed });
    return healthcheckUrl !== null;
  }
}
