import { Injectable } from '@nestjs/common';
import { OpenDatabase } from './open-database.js';

/** The clock that all processes share. */
@Injectable()
export class DatabaseClock {
  constructor(private readonly database: OpenDatabase) {}

  async now(): Promise<Date> {
    const { rows } = await this.database.pool.query<{ now: Date }>('SELECT clock_timestamp() AS now');
    const [row] = rows;
    if (row === undefined) throw new Error('A query without a table returned no row.');
    return row.now;
  }
}
