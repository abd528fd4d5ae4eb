import { retry } from '../../common/retry.js';
import { systemClock } from '../../common/system-clock.js';
import { isConnectionLost, isRestarting } from '../errors/database-fault.js';
import { explainError } from '../errors/explain-error.js';

const DEADLINE_MS = 30_000;
const LONGEST_PAUSE_MS = 250;

/** Repeats the steps of this process's start while the database restarts. */
export class StartupRetry {
  private wasReached = false;

  constructor(
    /** `host:port/database`, for messages. */
    private readonly label: string,
    /** Aborted when this process shuts down. */
    private readonly signal: AbortSignal | undefined,
  ) {}

  /**
   * Runs a step, from its beginning each time the database goes away.
   * @throws DatabaseError when the database stays away for half a minute, or at once when it was never reached; the
   * signal's reason once that is aborted
   */
  async run<T>(step: () => Promise<T>): Promise<T> {
    try {
      const result = await retry(step, {
        clock: systemClock,
        random: Math.random,
        signal: this.signal,
        deadlineMs: DEADLINE_MS,
        longestPauseMs: LONGEST_PAUSE_MS,
        isRetryable: (error) => this.mayReturn(error),
      });
      this.wasReached = true;
      return result;
    } catch (error) {
      throw explainError(error, this.label);
    }
  }

  private mayReturn(error: unknown): boolean {
    this.wasReached ||= isRestarting(error);
    return this.wasReached && isConnectionLost(error);
  }
}
