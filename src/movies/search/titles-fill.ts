import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { BackgroundLoop } from '../../common/background-loop.js';
import { CLOCK, type Clock } from '../../common/clock.js';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import { TitlesFillRepository } from './titles-fill.repository.js';

/** Movies per transaction. Their rows are locked for about a tenth of a second. */
const BATCH = 500;
/** Between two batches, so that a run and readers get their turn. */
const PAUSE_MS = 20;
/** Another process fills, or the last batch failed. */
const RETRY_AFTER_MS = 10_000;
const LOG_EVERY = 50_000;

/** Fills `movie_titles` after the start of a worker, for movies that an older version stored. Any continues where one stopped. */
@Injectable()
export class TitlesFill implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(TitlesFill.name);
  private readonly loop: BackgroundLoop;
  private movies = 0;

  constructor(
    private readonly fill: TitlesFillRepository,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    @Inject(CLOCK) clock: Clock,
  ) {
    this.loop = new BackgroundLoop(clock, () => this.step());
  }

  onApplicationBootstrap(): void {
    if (this.config.roles.includes('worker')) this.loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.loop.stop();
  }

  private async step(): Promise<number | null> {
    try {
      const step = await this.fill.advance(BATCH);
      if (step.state === 'busy') return RETRY_AFTER_MS;
      if (step.state === 'finished') {
        if (this.movies > 0) this.logger.log({ event: 'titles.filled', movies: this.movies });
        return null;
      }
      this.movies += step.movies;
      if (this.movies % LOG_EVERY === 0)
        this.logger.log({ event: 'titles.filling', movies: this.movies, nextId: step.nextId });
      return PAUSE_MS;
    } catch (error) {
      this.logger.warn({ event: 'titles.fill_failed', reason: String(error) });
      return RETRY_AFTER_MS;
    }
  }
}
