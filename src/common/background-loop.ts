import type { Clock } from './clock.js';

/** Repeats a step in the background until nothing is left to do, or until it is stopped. */
export class BackgroundLoop {
  private readonly shutdown = new AbortController();
  private running: Promise<void> = Promise.resolve();

  /**
   * @param step does the next piece of work. Returns the milliseconds until the piece after it, or null when nothing is left.
   * Must not reject.
   */
  constructor(
    private readonly clock: Clock,
    private readonly step: () => Promise<number | null>,
  ) {}

  /** Aborted once the loop is to stop, for steps that take long. */
  get signal(): AbortSignal {
    return this.shutdown.signal;
  }

  start(firstAfterMs = 0): void {
    this.running = this.run(firstAfterMs);
  }

  /** Resolves once the present step has ended. */
  async stop(): Promise<void> {
    this.shutdown.abort();
    await this.running;
  }

  private async run(firstAfterMs: number): Promise<void> {
    const { signal } = this;
    let waitMs: number | null = firstAfterMs;
    while (waitMs !== null) {
      if (waitMs > 0) await this.clock.sleep(waitMs, signal).catch(() => undefined);
      if (signal.aborted) return;
      waitMs = await this.step();
    }
  }
}
