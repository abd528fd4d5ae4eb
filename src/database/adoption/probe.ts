import type { ClientBase } from 'pg';
import { DatabaseError as PostgresError } from 'pg';
import type { Target } from '../connection/pool.js';
import { qualified } from './structure-faults.js';
import type { TableShape } from './table-shape.js';

const NEXT_ID = `(SELECT 1 + COALESCE(max(id) FILTER (WHERE id < 2147483640), 0) FROM`;

/** The least that the pipeline writes: where a table's own checks refuse that, they would refuse a run. */
const WRITES: Record<string, (table: string) => string> = {
  movies: (table) => `INSERT INTO ${table} (id) VALUES (${NEXT_ID} ${table}))`,
  genres: (table) => `INSERT INTO ${table} (id, name) VALUES (${NEXT_ID} ${table}), 'Film Noir')`,
  pipeline_runs: (table) =>
    `INSERT INTO ${table} (id, status)
     SELECT n + ${NEXT_ID} ${table}), s FROM unnest(ARRAY['QUEUED', 'RUNNING', 'SUCCESS', 'PARTIAL', 'FAILED', 'CANCELLED'])
       WITH ORDINALITY AS u(s, n)`,
};

/** Tries each write, leaving nothing behind; triggers that are not ours don't fire. */
export async function probeFaults(
  client: ClientBase,
  where: Target,
  tables: Iterable<TableShape>,
): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const table of tables) {
    const write = WRITES[table.name];
    if (write === undefined) continue;
    const name = qualified(where, table);
    await client.query('SAVEPOINT probe');
    try {
      await client.query(`ALTER TABLE ${name} DISABLE TRIGGER USER`);
      await client.query(write(name));
    } catch (error) {
      if (!(error instanceof PostgresError)) throw error;
      const drop = `ALTER TABLE ${name} DROP CONSTRAINT "${error.constraint ?? '…'}"`;
      faults.push(`${name} refuses what the pipeline writes (${error.message}): ${drop}`);
    } finally {
      await client.query('ROLLBACK TO SAVEPOINT probe');
    }
  }
  return faults;
}
