import { Inject, Injectable } from '@nestjs/common';
import { CachedValue } from '../../common/cached-value.js';
import { CLOCK, type Clock } from '../../common/clock.js';
import { RunHistory } from '../../runs/run-history.repository.js';
import { RunInHistoryDto } from './dto/run-history.dto.js';

const DAY_MS = 24 * 3_600_000;
/** Every open dashboard asks for the history, and reading and serializing it takes tens of milliseconds. */
const MAX_AGE_MS = 2_000;

/** The history of runs as JSON, each run serialized once in two seconds, whatever the number of requests. */
@Injectable()
export class HistoryAnswer {
  private readonly newest: CachedValue<readonly { readonly runDate: Date; readonly json: string }[]>;

  constructor(
    history: RunHistory,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.newest = new CachedValue(clock, MAX_AGE_MS, async () =>
      (await history.newest()).map((run) => ({
        runDate: run.runDate,
        json: JSON.stringify(RunInHistoryDto.from(run)),
      })),
    );
  }

  /** An array of `RunInHistoryDto`: the runs that were queued within that number of days, newest first. */
  async ofDays(days: number): Promise<string> {
    const since = new Date(this.clock.now().getTime() - days * DAY_MS);
    const runs = (await this.newest.read()).filter(({ runDate }) => runDate >= since);
    return `[${runs.map(({ json }) => json).join(',')}]`;
  }
}
