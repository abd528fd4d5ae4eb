import type { Client } from 'pg';
import { connectClient, type Target } from './pool.js';

/** Connections outside the pool, for locks that last as long as a session does. */
export class DatabaseSessions {
  constructor(private readonly target: Target) {}

  /**
   * Opens a session, in UTC and our schema. `onLost` hears once of its unexpected end, after which its locks are gone.
   * @throws DatabaseError when there is no connection to be had
   */
  async open(onLost: (error: Error) => void): Promise<DatabaseSession> {
    return new DatabaseSession(await connectClient(this.target), onLost);
  }
}

export class DatabaseSession {
  private over = false;

  constructor(
    private readonly client: Client,
    onLost: (error: Error) => void,
  ) {
    const lose = (error: Error): void => {
      if (this.over) return;
      this.over = true;
      onLost(error);
    };
    client.on('error', lose);
    client.on('end', () => {
      lose(new Error('The database ended the session'));
    });
  }

  async query<Row extends object>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    const { rows } = await this.client.query<Row>(sql, [...values]);
    return rows;
  }

  /** Ends the session and lets its locks go. */
  async close(): Promise<void> {
    this.over = true;
    await this.client.end();
  }
}
