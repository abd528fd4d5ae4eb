import { Logger } from '@nestjs/common';
import type { Clock } from '../common/clock.js';
import type { RunProgress } from './run.js';

const EVERY_MS = 1_000;

/** Puts a run's progress on record once a second at most, and never holds up the run. */
export class ProgressRecorder {
  private readonly logger = new Logger(ProgressRecorder.name);
  private lastMs = -Infinity;
  private writing: Promise<void> | null = null;

  constructor(
    private readonly save: (progress: RunProgress) => Promise<void>,
    private readonly clock: Clock,
  ) {}

  changed(progress: () => RunProgress): void {
    const now = this.clock.monotonicMs();
    if (this.writing !== null || now - this.lastMs < EVERY_MS) return;
    this.lastMs = now;
    this.writing = this.save(progress())
      .catch((error: unknown) => {
        this.logger.warn({ event: 'progress.not_saved', reason: String(error) });
      })
      .finally(() => {
        this.writing = null;
      });
  }

  /** Waits for a write under way, so that none comes after the run's end. */
  async settle(): Promise<void> {
    await this.writing;
  }
}
