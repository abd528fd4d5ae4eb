import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock.js';
import { OpenDatabase } from './open-database.js';

/** The largest difference between two clocks that is taken for normal. */
const MAX_SKEW_MS = 60_000;
const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

/** Compares this process's clock with the database's, which all processes share. */
@Injectable()
export class ClockSkew {
  constructor(
    private readonly database: OpenDatabase,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** What is wrong with this process's clock, and what to do; null while both agree within a minute. */
  async fault(): Promise<string | null> {
    const before = this.clock.now().getTime();
    const result = await this.database.pool.query<{ now: Date }>('SELECT clock_timestamp() AS now');
    const databaseMs = result.rows[0]?.now.getTime() ?? Number.NaN;
    // The query may have waited for a connection.
    const aheadMs = Math.max(before - databaseMs, 0) + Math.min(this.clock.now().getTime() - databaseMs, 0);
    if (Math.abs(aheadMs) <= MAX_SKEW_MS) return null;
    const direction = aheadMs > 0 ? 'ahead of' : 'behind';
    return (
      `The clock of this machine is ${lengthOf(Math.abs(aheadMs))} ${direction} the database's. ` +
      'Set the clock that is wrong; until then this process fires no schedules.'
    );
  }
}

function lengthOf(ms: number): string {
  const [unit, unitMs] = UNITS.find(([, size]) => ms >= size) ?? UNITS[2];
  const count = Math.floor(ms / unitMs);
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
