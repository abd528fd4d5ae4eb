import { Injectable } from '@nestjs/common';
import type { QueryResultRow } from 'pg';
import { sqlStateOf } from './errors/database-fault.js';
import { OpenDatabase } from './connection/open-database.js';
import type { Sql } from './prisma.service.js';

/** PostgreSQL cancelled the statement (SQLSTATE 57014). */
const CANCELLED = '57014';

/** A read that took longer than it may. */
export class ReadDeadlineError extends Error {
  override readonly name = 'ReadDeadlineError';
}

/** Queries that the database cancels at a deadline, in read-only transactions. */
@Injectable()
export class BoundedReads {
  constructor(private readonly database: OpenDatabase) {}

  /**
   * The rows of one statement.
   * @throws ReadDeadlineError after `deadlineMs` milliseconds
   */
  async query<Row extends QueryResultRow>({ text, values }: Sql, deadlineMs: number): Promise<Row[]> {
    const client = await this.database.pool.connect();
    let failure: Error | undefined;
    try {
      // Both in one round trip. The end of the transaction restores the setting.
      await client.query(`BEGIN READ ONLY; SET LOCAL statement_timeout = ${deadlineMs}`);
      const { rows } = await client.query<Row>(text, values);
      await client.query('COMMIT');
      return rows;
    } catch (error) {
      failure = await client.query('ROLLBACK').then(
        () => undefined,
        (broken: unknown) => broken as Error,
      );
      if (sqlStateOf(error) === CANCELLED)
        throw new ReadDeadlineError('The query took too long.', { cause: error });
      throw error;
    } finally {
      // A connection that can't roll back is closed.
      client.release(failure);
    }
  }
}
