import { Injectable, Logger } from '@nestjs/common';
import { DatabaseClock } from '../../database/connection/database-clock.js';
import { MoviesRepository } from '../../movies/movies.repository.js';
import { ChangesUnreadError, isItemFailure, itemError } from '../../runs/item-failure.js';
import { RunCheckpoint } from '../../runs/run-checkpoint.repository.js';
import type { RunContext } from '../../runs/run-context.js';
import { TmdbClient } from '../../tmdb/tmdb-client.js';
import { ChangeDays } from './change-days.repository.js';
import { type DayReading, readDay } from './read-day.js';

type ChangesContext = Pick<RunContext, 'lease' | 'signal' | 'usage' | 'startedAt'>;

const DAY_MS = 86_400_000;
/** By how much the clocks of the database, of a worker and of TMDB may differ. */
const CLOCK_TOLERANCE_MS = 5 * 60_000;
/** The name of the feed among the sources of failures. */
const SOURCE = 'changes';

/** Reads TMDB's change feed, day by day, and makes the stored movies due that it names, or that the exports no longer name. */
@Injectable()
export class ChangesStage {
  private readonly logger = new Logger(ChangesStage.name);

  constructor(
    private readonly tmdb: TmdbClient,
    private readonly movies: MoviesRepository,
    private readonly days: ChangeDays,
    private readonly checkpoint: RunCheckpoint,
    private readonly databaseClock: DatabaseClock,
  ) {}

  /** Rejects only when the run can't go on. A day that could not be read is recorded with the run, and read by the next. */
  async run(context: ChangesContext): Promise<void> {
    await this.checkpoint.transaction((tx) => this.movies.followExports(tx));
    const now = await this.databaseClock.now();
    await this.days.open(now, await this.movies.oldestDetails(now));
    for (const day of await this.days.unread(now, context.startedAt)) {
      context.signal.throwIfAborted();
      await this.readOne(day, context);
    }
  }

  private async readOne(day: string, context: ChangesContext): Promise<void> {
    const { signal, usage, lease } = context;
    const readAt = await this.databaseClock.now();
    let reading: DayReading;
    try {
      reading = await readDay((page) => this.tmdb.changes(day, page, { signal, counters: usage.counters }));
    } catch (error) {
      await this.failed(error, context);
      return;
    }
    const fault = reading.errors.length === 0 ? await this.faultOf(day, reading) : null;
    const isRead = reading.errors.length === 0 && fault === null;
    const changedAt = new Date(endOf(day).getTime() + CLOCK_TOLERANCE_MS);
    await this.checkpoint.transaction(async (tx) => {
      await this.movies.markChanged(reading.ids, changedAt, tx);
      await this.days.recordChanged(reading.ids, day, tx);
      if (isRead) await this.days.recordRead({ day, readAt, changes: reading.changes }, tx);
    });
    // Until then, answers of different ages from TMDB's cache are no fault: the day is read again.
    const isFinal = readAt.getTime() >= endOf(day).getTime() + DAY_MS;
    const { changes } = reading;
    this.logger.log({ event: 'changes.read', runId: lease.runId, day, changes, isRead, isFinal });
    const notice = fault ?? (reading.isCut ? cutError(day, reading) : null);
    const told = notice !== null && (isFinal || changes === 0) ? [notice] : [];
    for (const error of [...reading.errors, ...told]) await this.failed(error, context);
  }

  /** Why a reading without errors does not count. */
  private async faultOf(day: string, { changes, hasMoved }: DayReading): Promise<ChangesUnreadError | null> {
    if (hasMoved)
      return new ChangesUnreadError(day, 'its pages contradict each other. Later runs read it again.');
    if (changes > 0 || (await this.days.hasLaterChanges(day))) return null;
    return new ChangesUnreadError(
      day,
      "it is empty, as that of a future day is. Check the clock of the database's machine. Later runs read it again.",
    );
  }

  private async failed(error: unknown, { lease, signal }: ChangesContext): Promise<void> {
    const isFailure = isItemFailure(error) || error instanceof ChangesUnreadError;
    if (signal.aborted || !isFailure) throw error;
    const failure = itemError({ source: SOURCE }, error, await this.databaseClock.now());
    await this.checkpoint.transaction((tx) => this.checkpoint.itemFailed(tx, lease, failure));
  }
}

function cutError(day: string, { changes }: DayReading): ChangesUnreadError {
  const reason = `it has ${changes} changes, more than TMDB serves. Movies that it did not name are refreshed by age.`;
  return new ChangesUnreadError(day, reason);
}

function endOf(day: string): Date {
  return new Date(Date.parse(`${day}T00:00:00Z`) + DAY_MS);
}
