import { DatabaseError as PostgresError, type Client, type FieldDef, type QueryArrayConfig } from 'pg';
import { sqlStateOf } from '../errors/database-fault.js';

export interface ReadOnlyResult {
  readonly fields: readonly FieldDef[];
  /** As PostgreSQL writes the values. */
  readonly rows: readonly (readonly (string | null)[])[];
  /** Whether there are more rows. */
  readonly isCut: boolean;
}

const TIMEOUT_SECONDS = 60;
const AS_TEXT = { getTypeParser: () => (value: string) => value } as unknown as QueryArrayConfig['types'];

/**
 * Runs one query that returns rows, in a read-only transaction.
 * @param limit the most rows that are read
 * @throws Error in the words of PostgreSQL, with a next step
 */
export async function runReadOnly(client: Client, query: string, limit: number): Promise<ReadOnlyResult> {
  try {
    await client.query(`BEGIN READ ONLY; SET LOCAL statement_timeout = '${TIMEOUT_SECONDS}s'`);
    // The extended protocol accepts one statement only.
    const cursor = { text: `DECLARE result NO SCROLL CURSOR FOR ${query}`, queryMode: 'extended' };
    await client.query(cursor);
    const { fields, rows } = await client.query<(string | null)[]>({
      text: `FETCH ${limit + 1} FROM result`,
      rowMode: 'array',
      ...(AS_TEXT && { types: AS_TEXT }),
    });
    return { fields, rows: rows.slice(0, limit), isCut: rows.length > limit };
  } catch (error) {
    throw explain(error);
  }
}

const NEXT_STEPS: Readonly<Record<string, string>> = {
  '25006': 'Only queries that read can be run.',
  '42501': 'Only the movie tables and views can be read.',
  '42601': 'Give one query that returns rows: SELECT, WITH, VALUES or TABLE.',
  '57014': `A query may take ${TIMEOUT_SECONDS} seconds.`,
};

function explain(error: unknown): unknown {
  const state = sqlStateOf(error);
  if (!(error instanceof PostgresError) || state === null || /^(?:08|57P)/.test(state)) return error;
  const parts = [error.message, error.detail, error.hint, NEXT_STEPS[state]];
  const text = parts.filter((part) => part !== undefined).map((part) => part.replace(/\.?$/, '.'));
  return new Error(`The query failed: ${text.join(' ')}`, { cause: error });
}
