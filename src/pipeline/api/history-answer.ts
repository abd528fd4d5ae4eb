import { Inject, Injectable } from '@nestjs/common';
import { CachedValue } from '../../common/cached-value.js';
import { CLOCK, type Clock } from '../../common/clock.js';
import { RunHistory } from '../../runs/run-history.repository.js';
import { RunInHistoryDto } from './dto/run-history.dto.js';

const DAY_MS = 24 * 3_600_000;
/** Every open dashboard asks for the history, and reading and serializing it takes tens of milliseconds. */
const MAX_AGE_MS = 2_000;
const END = Buffer.from(']');
const EMPTY = Buffer.from('[]');

interface Serialized {
  /** A JSON array of all runs without its closing bracket, newest first. A part of it from the beginning is one too. */
  readonly json: Buffer;
  /** Of each run: when it was queued, and where it ends in `json`. */
  readonly runs: readonly { readonly runDate: Date; readonly end: number }[];
}

/** The history of runs as JSON, serialized once in two seconds, whatever the number of requests. */
@Injectable()
export class HistoryAnswer {
  private readonly newest: CachedValue<Serialized>;

  constructor(
    private readonly history: RunHistory,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.newest = new CachedValue(clock, MAX_AGE_MS, () => this.serialize());
  }

  /** An array of `RunInHistoryDto`: the runs that were queued within that number of days, newest first. */
  async ofDays(days: number): Promise<Buffer> {
    const since = new Date(this.clock.now().getTime() - days * DAY_MS);
    const { json, runs } = await this.newest.read();
    const last = runs.findLast(({ runDate }) => runDate >= since);
    return last === undefined ? EMPTY : Buffer.concat([json.subarray(0, last.end), END]);
  }

  private async serialize(): Promise<Serialized> {
    let end = 0;
    const parts: Buffer[] = [];
    const runs = (await this.history.newest()).map((run, index) => {
      const part = Buffer.from(`${index === 0 ? '[' : ','}${JSON.stringify(RunInHistoryDto.from(run))}`);
      parts.push(part);
      end += part.length;
      return { runDate: run.runDate, end };
    });
    return { json: Buffer.concat(parts), runs };
  }
}
