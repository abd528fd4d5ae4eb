import type { Pool } from 'pg';
import { readMigrationFolder } from '../migrations/migration-files.js';
import { readHistory } from '../migrations/migration-history.js';
import { readMissingSchemas } from '../migrations/preconditions.js';
import type { Target } from './pool.js';

/** What a readiness check asks the database. */
export class DatabaseHealth {
  constructor(
    private readonly pool: Pool,
    private readonly target: Target,
  ) {}

  /** Resolves when the database answers. */
  async ping(): Promise<void> {
    await this.pool.query('SELECT 1');
  }

  /**
   * Names of the migrations that this version has and the database lacks.
   * @throws DatabaseError when the database doesn't fit this version at all
   */
  async pendingMigrations(): Promise<readonly string[]> {
    const client = await this.pool.connect();
    try {
      const { pending } = await readHistory(client, this.target, await readMigrationFolder());
      return pending.map((migration) => migration.name);
    } finally {
      client.release();
    }
  }

  /**
   * Names of the schemas that the next start creates.
   * @throws DatabaseError NOT_PERMITTED when this role may not create or use them
   */
  async missingSchemas(): Promise<readonly string[]> {
    const client = await this.pool.connect();
    try {
      return await readMissingSchemas(client, this.target, false);
    } finally {
      client.release();
    }
  }
}
